/** A reader that has seen enough (`| head`) ends neither the work nor the clean-up, and changes no exit code. */
export function ignoreClosedOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
