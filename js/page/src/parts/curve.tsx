// The curve of the what-if: unchanged URLs purged, by number of paths.
import type { JSX } from 'preact';

import type { WhatIf } from '../engine/types.js';
import { useWords } from '../language/index.js';
import { useWidth } from './width.js';

const HEIGHT = 220;
const LEFT = 56;
const RIGHT = 16;
const TOP = 32;
const BOTTOM = 34;

export function Curve({ points, now, most }: { points: WhatIf[]; now: WhatIf; most: number }): JSX.Element {
  const w = useWords();
  const [box, width] = useWidth(640);
  const highest = Math.max(1, now.overPurged ?? 0, ...points.map(({ overPurged = 0 }) => overPurged));
  const x = (paths: number) => LEFT + (paths / most) * (width - LEFT - RIGHT);
  const y = (over: number) => TOP + (1 - over / highest) * (HEIGHT - TOP - BOTTOM);
  // Until the next point is reached, the budget buys nothing more: a step.
  const steps = points.map(({ billedPaths, overPurged = 0 }, at) =>
    at === 0 ? `M${x(billedPaths)},${y(overPurged)}` : `H${x(billedPaths)}V${y(overPurged)}`,
  );
  return (
    <div class="curve" ref={box}>
      <svg width={width} height={HEIGHT} role="img" aria-label={w.whatIfChart}>
        <line class="axis" x1={LEFT} x2={width - RIGHT} y1={y(0)} y2={y(0)} />
        <line class="axis" x1={LEFT} x2={LEFT} y1={TOP} y2={y(0)} />
        <text class="tick" x={LEFT - 8} y={y(0) + 4} text-anchor="end">0</text>
        <text class="tick" x={LEFT - 8} y={y(highest) + 8} text-anchor="end">{w.number(highest)}</text>
        <text class="tick" x={width - RIGHT} y={HEIGHT - 14} text-anchor="end">{`${w.number(most)} ${w.whatIfAxes.paths}`}</text>
        <text class="tick" x={0} y={14}>{w.whatIfAxes.over}</text>
        <path class="line" d={steps.join('')} />
        {points.map(({ limit, billedPaths, overPurged = 0 }) => (
          <circle key={limit} class="point" cx={x(billedPaths)} cy={y(overPurged)} r={3} />
        ))}
        <line class="guide" x1={x(now.billedPaths)} x2={x(now.billedPaths)} y1={TOP} y2={y(0)} />
        <circle class="now" cx={x(now.billedPaths)} cy={y(now.overPurged ?? 0)} r={6} />
      </svg>
    </div>
  );
}
