const actions = new Set<() => void>();

/**
 * Does something when the process exits, by `process.exit` too; what was registered last comes first. Nothing that has to
 * be waited for is done by then.
 * @returns what takes it back
 */
export function atExit(action: () => void): () => void {
  // One listener for all: Node warns of a leak when there are many.
  if (actions.size === 0) process.once('exit', runAll);
  actions.add(action);
  return () => {
    actions.delete(action);
    if (actions.size === 0) process.removeListener('exit', runAll);
  };
}

function runAll(): void {
  for (const action of [...actions].reverse()) action();
}
