/** The process of a side of ours; started by side.ts. */
import { serveSide } from './serve-side.ts';
import { tasks } from './tasks/tasks.ts';

// stdout carries answers; what libraries print goes where people look for it.
console.log = console.error;
console.info = console.error;

await serveSide(tasks, process.stdin, (line) => void process.stdout.write(`${line}\n`));
// Threads of the runtime would keep the process alive; the last answer goes out first.
process.stdout.write('', () => process.exit(0));
