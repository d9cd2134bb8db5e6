// One template out of several that differ by a parameter: what differs becomes a condition.

const NOTHING = { Ref: 'AWS::NoValue' };

/**
 * Merges the resources of variants.
 *
 * @param variants - From a value of the parameter to the resources that it means.
 * @returns The resources, and the conditions that they use: from a name to the values that it holds for, or (`not`) does not.
 */
export function merged(variants) {
  const conditions = new Conditions(Object.keys(variants));
  const resources = {};
  for (const id of union(Object.values(variants).map(Object.keys))) {
    const having = Object.entries(variants).filter(([, all]) => id in all);
    const condition = conditions.of(having.map(([name]) => name));
    const alternatives = having.map(([name, all]) => [name, all[id]]);
    resources[id] = { ...value(alternatives, conditions), ...(condition && { Condition: condition }) };
  }
  return { resources, conditions: conditions.used };
}

/** A value that some variants may lack. Each alternative is a variant's name and its value there. */
function value(alternatives, conditions) {
  const [[, first]] = alternatives;
  const texts = new Set(alternatives.map(([, one]) => JSON.stringify(one)));
  if (texts.size === 1) return first;
  const all = alternatives.map(([, one]) => one);
  if (all.every(Array.isArray)) return list(alternatives, conditions);
  if (all.every(isPlain)) return object(alternatives, conditions);
  return choice(alternatives, conditions);
}

function object(alternatives, conditions) {
  const keys = union(alternatives.map(([, one]) => Object.keys(one)));
  return Object.fromEntries(
    keys.map((key) => {
      const having = alternatives.filter(([, one]) => key in one).map(([name, one]) => [name, one[key]]);
      return [key, optional(value(having, conditions), alternatives, having, conditions)];
    }),
  );
}

/** Lists without an order of their own: statements, targets. */
function list(alternatives, conditions) {
  const texts = union(alternatives.map(([, items]) => items.map((item) => JSON.stringify(item))));
  return texts.map((text) => {
    const having = alternatives.filter(([, items]) => items.some((item) => JSON.stringify(item) === text));
    return optional(JSON.parse(text), alternatives, having, conditions);
  });
}

function optional(held, alternatives, having, conditions) {
  if (having.length === alternatives.length) return held;
  return { 'Fn::If': [conditions.of(having.map(([name]) => name)), held, NOTHING] };
}

/** One value in some variants, another in the others. */
function choice(alternatives, conditions) {
  const [[, first], ...rest] = alternatives;
  const same = alternatives.filter(([, one]) => JSON.stringify(one) === JSON.stringify(first));
  const others = rest.filter(([, one]) => JSON.stringify(one) !== JSON.stringify(first));
  return { 'Fn::If': [conditions.of(same.map(([name]) => name)), first, value(others, conditions)] };
}

/** A plain object, no intrinsic function: those are values as a whole. */
function isPlain(one) {
  return (
    typeof one === 'object' && one !== null && !Object.keys(one).some((key) => key === 'Ref' || key.startsWith('Fn::'))
  );
}

class Conditions {
  used = {};

  constructor(all) {
    this.all = all;
  }

  /** The name of the condition that these variants have in common; none for all of them. */
  of(names) {
    const others = this.all.filter((name) => !names.includes(name));
    if (others.length === 0) return undefined;
    const not = others.length < names.length;
    const values = not ? others : names;
    const name = `${not ? 'IsNot' : 'Is'}${values.join('Or')}`;
    this.used[name] = { not, values };
    return name;
  }
}

function union(lists) {
  return [...new Set(lists.flat())];
}
