// Reads requests in HAR's form from standard input, [{"har": {...}, "target": "go", "client": "native"}, ...], and
// writes the code of each to standard output, in the same order. What is wrong with it is mended by its caller.
import { HTTPSnippet } from '@readme/httpsnippet';

let text = '';
for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;

const codes = [];
for (const { har, target, client } of JSON.parse(text)) {
  const [code] = new HTTPSnippet(har).convert(target, client);
  codes.push(code);
}
process.stdout.write(JSON.stringify(codes));
