// Writes docs/src/policy.md from core/policy.schema.json: `node docs/tools/policy.mjs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SCHEMA = new URL('../../core/policy.schema.json', import.meta.url);
/** The page that is written. */
export const PAGE = new URL('../src/policy.md', import.meta.url);

const HEAD = `<!-- Generated from core/policy.schema.json by \`node docs/tools/policy.mjs\`: do not edit. -->

# Policy reference

A policy says which URLs a deploy makes stale. It is JSON; every field is optional, and an unknown field is an error.
\`purgeplan check policy.json\` shows every value that holds, and what is odd. \`purgeplan schema\` prints the schema that
this page is made from; an editor that knows it completes and checks a policy.

The function takes a policy from \`PURGEPLAN_POLICY\` (JSON text, or the name of a file in the deployment package) or, with
\`PURGEPLAN_POLICY_PATH\`, from the repository at the deployed commit. The command line takes it with \`--policy\`.
`;

/** Keywords that this page tells of; another one in the schema must not be lost without a word. */
const KNOWN = new Set(
  '$schema title description type additionalProperties properties $defs $ref enum default examples items minItems minLength pattern minimum maximum required allOf'.split(
    ' ',
  ),
);

/** The page's text. */
export function page(schema) {
  const fields = fieldsOf(schema, schema, '');
  const patterns = schema.$defs.pattern.description;
  return [
    HEAD,
    table(['field', 'what', 'default'], fields.map(row)),
    '## Patterns\n',
    `A pattern is ${lowered(patterns)} It has no leading \`/\` and no leading \`!\`.\n`,
    ...fields.map(section),
  ].join('\n');
}

function fieldsOf(schema, node, prefix) {
  return Object.entries(node.properties ?? {}).flatMap(([key, raw]) => {
    const name = `${prefix}${key}`;
    const needed = node.required?.includes(key) ?? false;
    // An example that lacks what its object needs would be none; the object's own shows the field.
    const alone = (node.required ?? []).every((other) => other === key);
    const field = { name, node: resolved(schema, raw), needed, alone };
    const inner = field.node.items?.properties ? [field.node.items, '[].'] : [field.node, '.'];
    // What a distribution says of its URLs are the fields of `urls` again.
    const again = raw.$ref && prefix !== '';
    return [field, ...(again ? [] : fieldsOf(schema, inner[0], name + inner[1]))];
  });
}

/** The node with what it refers to, its own words first. */
function resolved(schema, node) {
  for (const keyword of Object.keys(node))
    if (!KNOWN.has(keyword)) throw new Error(`the schema's keyword \`${keyword}\` is not known here`);
  const { $ref, ...own } = node;
  const target = $ref ? resolved(schema, schema.$defs[$ref.replace('#/$defs/', '')]) : {};
  const merged = { ...target, ...own };
  return merged.items ? { ...merged, items: resolved(schema, merged.items) } : merged;
}

const row = ({ name, node, needed }) => [link(name), node.title, needed ? 'needed' : value(node.default)];

function section({ name, node, needed, alone }) {
  const facts = [
    ['Type', kind(node)],
    ['Default', needed ? 'none, it is needed' : value(node.default)],
  ];
  const lines = facts.filter(([, text]) => text !== '').map(([what, text]) => `- ${what}: ${text}`);
  const examples = (alone ? (node.examples ?? []) : []).map(
    (example) => `\`\`\`json\n${sample(name, example)}\n\`\`\`\n`,
  );
  return [`## \`${name}\`\n`, `${node.description}\n`, `${lines.join('\n')}\n`, ...examples].join('\n');
}

/** What a value may be. */
function kind(node) {
  if (node.enum) return node.enum.map((word) => `\`${JSON.stringify(word)}\``).join(' or ');
  if (node.type === 'array') {
    const some = node.minItems ? ', not empty' : '';
    return `list of ${node.items.type === 'object' ? 'objects' : (node.items.title ?? (node.items.pattern === '^[^/!]' ? '[patterns](#patterns)' : 'texts'))}${some}`;
  }
  if (node.type === 'integer') return `whole number, ${node.minimum} or more`;
  if (node.type === 'boolean') return '`true` or `false`';
  if (node.type === 'string')
    return node.pattern === '^[^/!]' ? '[pattern](#patterns)' : node.minLength ? 'text, not empty' : 'text';
  return node.type;
}

/** An example where it stands in a policy, so that it can be copied. */
function sample(name, example) {
  const parts = name.split('.');
  const whole = parts.reduceRight((inner, part) => {
    const key = part.replace('[]', '');
    return { [key]: part.endsWith('[]') ? [inner] : inner };
  }, example);
  return compact(whole);
}

/** JSON on one line where it is short, with blanks as a person writes it. */
function compact(json) {
  if (Array.isArray(json)) return json.length ? `[${json.map(compact).join(', ')}]` : '[]';
  if (typeof json !== 'object' || json === null) return JSON.stringify(json);
  const entries = Object.entries(json).map(([key, inner]) => `${JSON.stringify(key)}: ${compact(inner)}`);
  return entries.length ? `{ ${entries.join(', ')} }` : '{}';
}

const value = (json) => (json === undefined ? '' : `\`${compact(json)}\``);
const link = (name) => `[\`${name}\`](#${anchor(name)})`;
const anchor = (name) => name.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '');
const lowered = (text) => text.charAt(0).toLowerCase() + text.slice(1);

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')}\n`;
}

/** The schema that is in force. */
export const schema = () => JSON.parse(readFileSync(SCHEMA, 'utf8'));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(PAGE, page(schema()));
  console.log(`${fileURLToPath(PAGE)} is written.`);
}
