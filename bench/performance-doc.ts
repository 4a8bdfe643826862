import type { Measurement, ProjectionBasis } from './measurement.ts';
import type { RequestKind } from './request-kind.ts';
import { formatSize } from './size.ts';
import { tableMarkdown } from './table.ts';

const BEGIN = '<!-- figures -->';
const END = '<!-- /figures -->';

/** The document with the tables of this run between its marks. @throws Error when the marks are not there */
export function withMeasurement(document: string, measurement: Measurement): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`the document has no ${BEGIN} … ${END}`);
  return document.slice(0, begin + BEGIN.length) + figuresText(measurement) + document.slice(end);
}

function figuresText({ measuredOn, commit, machine, figures, basis }: Measurement): string {
  const { cores, processor, memoryBytes, node, platform } = machine;
  const model = processor === undefined ? '' : ` (${processor})`;
  return [
    '',
    '',
    `Measured on ${measuredOn} at commit ${commit}: ${cores} cores${model}, ${formatSize(memoryBytes)} of memory, ${platform}, Node ${node}.`,
    '',
    tableMarkdown(figures),
    'The requests to S3 behind these rows, by kind and by where they go: to the bucket of the plane, to a payload of the bag, or to the small',
    'files of the vault.',
    '',
    requestsMarkdown(basis),
    '',
  ].join('\n');
}

function requestsMarkdown({ packed, copied, purge }: ProjectionBasis): string {
  const columns = [
    ...[packed[1], copied[1]].map(({ objects, objectBytes, requests }) => ({
      title: `archive of ${objects.toLocaleString('en-US')} x ${formatSize(objectBytes)}`,
      requests,
    })),
    {
      title: `purge of ${purge.versions.toLocaleString('en-US')} versions`,
      requests: purge.requests,
    },
  ];
  const kinds = [...new Set(columns.flatMap(({ requests }) => Object.keys(requests)))].sort();
  const rows = [
    ['request', ...columns.map(({ title }) => title)],
    ['---', ...columns.map(() => '---:')],
    ...kinds.map((kind) => [
      kind,
      ...columns.map(({ requests }) =>
        (requests[kind as RequestKind] ?? 0).toLocaleString('en-US'),
      ),
    ]),
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}
