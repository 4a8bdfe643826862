import type { Measurement } from './measurement.ts';
import { formatSize } from './size.ts';
import { tableMarkdown } from './table.ts';

const BEGIN = '<!-- figures -->';
const END = '<!-- /figures -->';

/** The document with the table of this run between its marks. @throws Error when the marks are not there */
export function withMeasurement(document: string, measurement: Measurement): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`the document has no ${BEGIN} … ${END}`);
  return document.slice(0, begin + BEGIN.length) + figuresText(measurement) + document.slice(end);
}

function figuresText({ measuredOn, commit, machine, figures }: Measurement): string {
  const { cores, memoryBytes, node, platform } = machine;
  return (
    `\n\nMeasured on ${measuredOn} at commit ${commit}: ${cores} cores, ${formatSize(memoryBytes)} of memory, ` +
    `${platform}, Node ${node}.\n\n${tableMarkdown(figures)}\n`
  );
}
