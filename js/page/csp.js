// The content security policies of the page: in its own `meta` element, in a server's header, and of the page of one file.
const SERVED = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'style-src': "'self'",
  'worker-src': "'self'",
  'connect-src': "'self'",
  'img-src': 'data:',
  'base-uri': "'none'",
  'form-action': "'none'",
};

const written = (policy) => Object.entries(policy).map((directive) => directive.join(' ')).join('; ');

export const META = written(SERVED);
/** README.md recommends it: a `meta` element reaches no worker and forbids no frame. */
export const HEADER = written({ ...SERVED, 'frame-ancestors': "'none'" });

/** Everything is text in the page, and a hash allows each piece. */
export function ofOneFile(script, style) {
  const { 'connect-src': _, ...others } = SERVED;
  return written({ ...others, 'script-src': `'${script}' 'wasm-unsafe-eval'`, 'style-src': `'${style}'`, 'worker-src': 'blob:' });
}
