// CloudFront's price: 1,000 paths a month are free for an account, each more is $0.005.
const FREE = 1000;
/** In thousandths of a dollar, so that no sum is inexact. */
const EACH = 5;

/** What a plan costs when so many paths were used this month already; in thousandths of a dollar. */
export function cost(billedPaths: number, used: number): number {
  return (Math.max(0, used + billedPaths - FREE) - Math.max(0, used - FREE)) * EACH;
}

/** How many free paths are left after it. */
export function freeLeft(billedPaths: number, used: number): number {
  return Math.max(0, FREE - used - billedPaths);
}

export function dollars(thousandths: number): string {
  const cents = thousandths % 10 === 0 ? 2 : 3;
  return `$${(thousandths / 1000).toLocaleString('en-US', { minimumFractionDigits: cents, maximumFractionDigits: cents })}`;
}
