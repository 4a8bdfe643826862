/** Node.js has it, its types have not: https://nodejs.org/api/globals.html#webassembly */
declare namespace WebAssembly {
  function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>;
}
