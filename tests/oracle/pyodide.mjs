// A newer CPython, compiled to WebAssembly, that answers questions: a line of JSON in, a line of JSON out.
// Arguments: the directory of a pyodide package, one that Python shall see too, and what answers a question.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [directory, shared, program] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${directory}/pyodide.mjs`));
const python = await loadPyodide({ stdout: console.error }); // standard output is for answers
python.mountNodeFS(shared, shared);
const answer = python.runPython(program);
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${answer(line)}\n`);
}
