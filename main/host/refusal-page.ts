/** The page that a browser without the token sees. */
import type { StudioError } from '../base/errors.ts';

const escape = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export function refusalPage({ words }: StudioError): string {
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Cauchy Studio</title></head>
  <body>
    <h1>Cauchy Studio does not know this window</h1>
    <p>${escape(words.what)}</p>
    <p>${escape(words.advice)}</p>
  </body>
</html>
`;
}
