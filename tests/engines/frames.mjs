// What the conformance suite and its engines say to each other over standard input and output.
//
// A question is: number of pieces, then each piece, the request first; an answer is one piece. A piece is its length and
// its bytes. Numbers are four bytes, little-endian.

/** Calls `answer` with the pieces of each question, and writes what it gives, until the input ends. */
export async function serve(answer) {
  let pending = Buffer.alloc(0);
  for await (const chunk of process.stdin) {
    pending = Buffer.concat([pending, chunk]);
    for (let question = take(pending); question; question = take(pending)) {
      pending = pending.subarray(question.length);
      const bytes = Buffer.from(await answer(question.pieces));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      process.stdout.write(Buffer.concat([length, bytes]));
    }
  }
}

/** The first whole question of some bytes. */
function take(bytes) {
  if (bytes.length < 4) return undefined;
  const pieces = [];
  let at = 4;
  for (let left = bytes.readUInt32LE(0); left > 0; left -= 1) {
    if (bytes.length < at + 4) return undefined;
    const end = at + 4 + bytes.readUInt32LE(at);
    if (bytes.length < end) return undefined;
    pieces.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return { pieces, length: at };
}
