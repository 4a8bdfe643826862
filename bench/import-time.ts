import { pathToFileURL } from 'node:url';

/** A cold start: imports the bundle named by its first argument and prints how many milliseconds that took. */
const [, , file = ''] = process.argv;
const url = pathToFileURL(file).href;
const startedAt = performance.now();
await import(url);
process.stdout.write(String(performance.now() - startedAt));
