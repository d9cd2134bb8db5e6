// The cover as an icicle: each folder as wide as it has URLs, and what each wildcard sweeps.
import { useSignal } from '@preact/signals';
import { hierarchy, partition, type HierarchyRectangularNode } from 'd3-hierarchy';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { useWords } from '../language/index.js';
import type { Area, Counts, Fate, Picture, View } from '../view/types.js';
import { Failed, failure, useFailure } from './failed.js';
import { Name } from './name.js';
import { Sweeps } from './sweeps.js';
import { useWidth } from './width.js';

const FATES: Fate[] = ['purged', 'over', 'kept'];
const ROW = 44;
const GAP = 2;

export function PictureView({ view, revision }: { view: View; revision: number }): JSX.Element {
  const w = useWords();
  const picture = useSignal<Picture | undefined>(undefined);
  const inside = useSignal<string | undefined>(undefined);
  const failed = useFailure();
  useEffect(() => {
    let wanted = true;
    failed.value = undefined;
    view.picture(inside.value).then(
      (told) => {
        if (!wanted) return;
        picture.value = told;
        // The folder may not be there any more.
        if (told.areas[0]?.id !== inside.value) inside.value = undefined;
      },
      (error: unknown) => wanted && (failed.value = failure(error)),
    );
    return () => void (wanted = false);
  }, [revision, inside.value]);
  if (failed.value !== undefined) return <Failed failure={failed} />;
  if (!picture.value) return <div class="picture" aria-busy="true" />;
  const { areas, liveKnown } = picture.value;
  return (
    <div class="picture">
      <p class="quiet">{liveKnown ? w.pictureHint : w.liveMissing}</p>
      <div class="legend">
        {FATES.map((fate) => <span key={fate}><span class={`dot ${fate}`} aria-hidden="true" />{w.fates[fate]}</span>)}
        <span class="spring" />
        {inside.value !== undefined && (
          <button type="button" class="small" onClick={() => (inside.value = undefined)}>{w.pictureBack}</button>
        )}
      </div>
      <Icicle root={whole(areas)} enter={(id) => (inside.value = id)} />
      <Sweeps picture={picture.value} />
    </div>
  );
}

const sum = ({ purged, over, kept }: Counts): number => purged + over + kept;

function whole(areas: Area[]): Area {
  if (areas.length === 1) return areas[0]!;
  const counts = { purged: 0, over: 0, kept: 0 };
  for (const area of areas) for (const fate of FATES) counts[fate] += area.counts[fate];
  return { id: '', name: '', counts, areas };
}

type Placed = HierarchyRectangularNode<Area>;

function Icicle({ root, enter }: { root: Area; enter: (id: string) => void }): JSX.Element {
  const w = useWords();
  const [box, measured] = useWidth(800);
  const width = Math.max(200, measured);
  const tree = hierarchy(root, ({ areas }) => areas);
  // A folder's own URL takes part of its width too, so values are given, not summed up.
  tree.each((node) => Object.assign(node, { value: sum(node.data.counts) }));
  const height = (tree.height + 1) * ROW;
  const placed = partition<Area>().size([width, height])(tree as Placed);
  const nodes = placed.descendants();
  return (
    <div ref={box}>
      <svg class="icicle" role="group" aria-label={w.pictureLabel} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {nodes.map((node) => <Box key={node.data.id} node={node} enter={enter} />)}
        {nodes.filter(({ data, x0, x1 }) => data.sweep !== undefined && x1 - x0 > 8).map((node) => (
          <rect
            key={node.data.id}
            class="sweep"
            x={node.x0 + 1}
            y={node.y0 + 1}
            width={Math.max(0, node.x1 - node.x0 - GAP - 1)}
            height={(node.height + 1) * ROW - GAP - 1}
            rx={4}
          />
        ))}
      </svg>
    </div>
  );
}

function Box({ node, enter }: { node: Placed; enter: (id: string) => void }): JSX.Element {
  const w = useWords();
  const { data, x0, x1, y0 } = node;
  const name = data.merged ? w.others(data.merged) : data.name || '/';
  const width = Math.max(0, x1 - x0 - GAP);
  const total = sum(data.counts) || 1;
  const { purged, over, kept } = data.counts;
  const opens = node.depth > 0 && data.name.endsWith('/');
  const told = w.areaTold(name, purged, over, kept) + (data.sweep === undefined ? '' : `, ${data.sweep}`);
  let at = x0;
  return (
    <g class={opens ? 'area opens' : 'area'}>
      {FATES.map((fate) => {
        const part = (width * data.counts[fate]) / total;
        const x = at;
        at += part;
        return part > 0 && <rect key={fate} class={`fill ${fate}`} x={x} y={y0} width={part} height={ROW - GAP} />;
      })}
      {width > 34 && (
        <foreignObject x={x0 + 4} y={y0 + 3} width={Math.max(0, width - 8)} height={ROW - GAP - 6} aria-hidden="true">
          <div class="area-name">
            <span><Name text={name} /></span>
            {data.sweep !== undefined && <code><Name text={data.sweep} /></code>}
          </div>
        </foreignObject>
      )}
      <rect
        class="hit"
        {...(opens ? { role: 'button', tabindex: 0 } : { role: 'img' })}
        aria-label={told}
        x={x0}
        y={y0}
        width={width}
        height={ROW - GAP}
        onClick={opens ? () => enter(data.id) : undefined}
        onKeyDown={({ key }: KeyboardEvent) => opens && (key === 'Enter' || key === ' ') && enter(data.id)}
      >
        <title>{told}</title>
      </rect>
    </g>
  );
}
