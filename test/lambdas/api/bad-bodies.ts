const PLANE = {
  tenantId: 'tenant-a',
  name: 'handbook',
  type: 'vector',
  stores: [{ kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' }],
  access: [],
};
const PARTITION = { name: 'pk', value: 'kp-1' };
const SCOPE_HASH = 'c'.repeat(64);
const store = (changes: object) => ({ ...PLANE, stores: [{ ...PLANE.stores[0], ...changes }] });
const start = (changes: object) => ({ reason: 'contract ends', ...changes });

export type BadBody = readonly [what: string, body: unknown, field: string];

export const GOOD_BODIES = {
  createPlane: PLANE,
  startOffboarding: start({}),
  decideApproval: { decision: 'approve', reason: 'ok', scopeHash: SCOPE_HASH },
  putLease: { kind: 'run', ttlSeconds: 60 },
  putDependent: { kind: 'application' },
  hold: { reference: 'case-2027.17', reason: 'litigation' },
} as const;

const MALFORMED: readonly BadBody[] = [
  ['malformed JSON', '{"reason":', 'body'],
  ['no body at all', undefined, 'body'],
  ['a list', [], 'body'],
  ['a string', '"text"', 'body'],
  ['null', 'null', 'body'],
  ['a prototype', '{"__proto__":{"reason":"x"}}', '__proto__'],
  ['a constructor', '{"constructor":{"prototype":{"reason":"x"}}}', 'constructor'],
  ['what JavaScript would read', "{reason: 'x', days: NaN}", 'body'],
  ['two bodies', '{}{}', 'body'],
  ['a byte order mark', '\ufeff{}', 'body'],
];

export const BAD_BODIES: Readonly<Record<keyof typeof GOOD_BODIES, readonly BadBody[]>> = {
  createPlane: [
    ...MALFORMED,
    ['an unknown field', { ...PLANE, owner: 'x' }, 'owner'],
    ['an unknown field of a store', store({ region: 'x' }), 'stores[0].region'],
    ['a missing tenant', { ...PLANE, tenantId: undefined }, 'tenantId'],
    ['a blank name', { ...PLANE, name: ' \t' }, 'name'],
    ['an overlong name', { ...PLANE, name: 'x'.repeat(201) }, 'name'],
    ['a control character', { ...PLANE, name: 'a\u0000b' }, 'name'],
    ['a name that nobody sees', { ...PLANE, name: '\u200b' }, 'name'],
    ['a name written backwards', { ...PLANE, name: 'a\u202eb' }, 'name'],
    ['half a surrogate pair', { ...PLANE, tenantId: 'a\ud800' }, 'tenantId'],
    ['a number for a name', { ...PLANE, name: 7 }, 'name'],
    ['an unknown type', { ...PLANE, type: 'graph' }, 'type'],
    ['a prototype in a store', prototypeInStore(), 'stores[0].__proto__'],
    ['a field of a store said twice', repeatedInStore(), 'prefix'],
    ['no store', { ...PLANE, stores: [] }, 'stores'],
    ['too many stores', { ...PLANE, stores: manyStores(21) }, 'stores'],
    ['an unknown kind of store', store({ kind: 'ftp' }), 'stores[0].kind'],
    ['an empty prefix', store({ prefix: '' }), 'stores[0].prefix'],
    ['a prefix without its slash', store({ prefix: 'kp-1' }), 'stores[0].prefix'],
    ['a prefix that is only a slash', store({ prefix: '/' }), 'stores[0].prefix'],
    ['an absolute prefix', store({ prefix: '/kp-1/' }), 'stores[0].prefix'],
    ['an overlong prefix', store({ prefix: `${'ü'.repeat(512)}/` }), 'stores[0].prefix'],
    ['half a surrogate pair in a prefix', store({ prefix: 'a\udc00/' }), 'stores[0]'],
    ['no bucket name', store({ bucket: 'Documents' }), 'stores[0].bucket'],
    [
      'an empty partition key',
      {
        ...PLANE,
        stores: [
          { kind: 'dynamodb-partition', table: 't-1', partitionKey: { name: 'pk', value: '' } },
        ],
      },
      'stores[0].partitionKey.value',
    ],
    ['the same store twice', { ...PLANE, stores: [PLANE.stores[0], PLANE.stores[0]] }, 'stores[1]'],
    [
      'a store inside another',
      { ...PLANE, stores: [PLANE.stores[0], { ...PLANE.stores[0], prefix: 'kp-1/a/' }] },
      'stores[1]',
    ],
    [
      'tokens in a partition that is a store',
      {
        ...PLANE,
        stores: [{ kind: 'dynamodb-partition', table: 't-1', partitionKey: PARTITION }],
        access: [{ kind: 'token-partition', table: 't-1', partitionKey: PARTITION }],
      },
      'access[0]',
    ],
    [
      'the same endpoint twice',
      {
        ...PLANE,
        access: [
          { kind: 'query-endpoint', functionName: 'query-1' },
          { kind: 'query-endpoint', functionName: 'query-1' },
        ],
      },
      'access[1]',
    ],
  ],
  startOffboarding: [
    ...MALFORMED,
    ['no reason', {}, 'reason'],
    ['two reasons', '{"reason":"a","reason":"b"}', 'reason'],
    ['a blank reason', start({ reason: '  ' }), 'reason'],
    ['a reason that clears the screen', start({ reason: 'a\u001b[2J' }), 'reason'],
    ['a reason written backwards', start({ reason: 'a\u202eb' }), 'reason'],
    ['a reason that nobody sees', start({ reason: '\u200b\u2060' }), 'reason'],
    ['half a surrogate pair', start({ reason: 'a\ud800' }), 'reason'],
    ['an overlong reason', start({ reason: 'x'.repeat(1001) }), 'reason'],
    ['an unknown field', start({ requestedBy: 'me' }), 'requestedBy'],
    ['a negative grace period', start({ gracePeriodDays: -1 }), 'gracePeriodDays'],
    ['a fraction of a day', start({ gracePeriodDays: 1.5 }), 'gracePeriodDays'],
    ['a huge grace period', start({ gracePeriodDays: 181 }), 'gracePeriodDays'],
    ['more days than can be counted', start({ gracePeriodDays: 1e308 }), 'gracePeriodDays'],
    ['no days', start({ gracePeriodDays: null }), 'gracePeriodDays'],
    ['a list of days', start({ gracePeriodDays: [7] }), 'gracePeriodDays'],
    ['days that are no number', '{"reason":"x","gracePeriodDays":NaN}', 'body'],
    ['days as text', start({ gracePeriodDays: '7' }), 'gracePeriodDays'],
    ['infinitely many days', '{"reason":"x","gracePeriodDays":1e999}', 'gracePeriodDays'],
    ['a negative retention', start({ retentionDays: -1 }), 'retentionDays'],
    ['a huge retention', start({ retentionDays: 3651 }), 'retentionDays'],
    ['erasure with a retention', start({ erasure: true, retentionDays: 1 }), 'retentionDays'],
    ['erasure as text', start({ erasure: 'true' }), 'erasure'],
    ['force without its reason', start({ force: true }), 'forceReason'],
    ['a reason for no force', start({ forceReason: 'x' }), 'forceReason'],
  ],
  decideApproval: [
    ...MALFORMED,
    ['neither', { ...GOOD_BODIES.decideApproval, decision: 'maybe' }, 'decision'],
    ['two decisions', twoDecisions(), 'decision'],
    ['another spelling', { ...GOOD_BODIES.decideApproval, decision: 'Approve' }, 'decision'],
    ['no reason', { decision: 'approve', scopeHash: SCOPE_HASH }, 'reason'],
    ['no scope hash', { decision: 'approve', reason: 'ok' }, 'scopeHash'],
    ['half a hash', { ...GOOD_BODIES.decideApproval, scopeHash: 'c'.repeat(32) }, 'scopeHash'],
    ['an approver in the body', { ...GOOD_BODIES.decideApproval, approver: 'x' }, 'approver'],
  ],
  putLease: [
    ...MALFORMED,
    ['two kinds', '{"kind":"run", "kind" :"query","ttlSeconds":60}', 'kind'],
    ['an unknown kind', { kind: 'write', ttlSeconds: 60 }, 'kind'],
    ['no time', { kind: 'run' }, 'ttlSeconds'],
    ['less than no time', { kind: 'run', ttlSeconds: -1 }, 'ttlSeconds'],
    ['no time at all', { kind: 'run', ttlSeconds: 0 }, 'ttlSeconds'],
    ['more than a day', { kind: 'run', ttlSeconds: 86_401 }, 'ttlSeconds'],
    ['a holder in the body', { kind: 'run', ttlSeconds: 60, heldBy: 'x' }, 'heldBy'],
  ],
  putDependent: [
    ...MALFORMED,
    ['two kinds, one of them in disguise', '{"kind":"a","k\\u0069nd":"b"}', 'kind'],
    ['an empty kind', { kind: '' }, 'kind'],
    ['an overlong kind', { kind: 'x'.repeat(129) }, 'kind'],
    ['a control character', { kind: 'a\nb' }, 'kind'],
  ],
  hold: [
    ...MALFORMED,
    ['no reference', { reason: 'x' }, 'reference'],
    ['no reason', { reference: 'case-1' }, 'reason'],
    ['an empty reference', { reference: '', reason: 'x' }, 'reference'],
    ['an overlong reference', { reference: 'x'.repeat(65), reason: 'x' }, 'reference'],
    ['a sentence for a reference', { reference: 'Doe vs. Roe', reason: 'x' }, 'reference'],
    ['an address for a reference', { reference: 'jane@example.com', reason: 'x' }, 'reference'],
    ['a line break behind the reference', { reference: 'case-1\n', reason: 'x' }, 'reference'],
    ['a number for a reference', { reference: 17, reason: 'x' }, 'reference'],
    ['a blank reason', { reference: 'case-1', reason: ' ' }, 'reason'],
    ['an overlong reason', { reference: 'case-1', reason: 'x'.repeat(1001) }, 'reason'],
    ['a field of its own', { reference: 'case-1', reason: 'x', placedBy: 'me' }, 'placedBy'],
  ],
};

function twoDecisions(): string {
  return JSON.stringify(GOOD_BODIES.decideApproval).replace('{', '{"decision":"reject",');
}

function prototypeInStore(): string {
  return JSON.stringify(PLANE).replace('"bucket"', '"__proto__":{"bucket":"x"},"bucket"');
}

function repeatedInStore(): string {
  return JSON.stringify(PLANE).replace('"prefix"', '"prefix":"kp-2/","prefix"');
}

function manyStores(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    ...PLANE.stores[0],
    prefix: `kp-${index}/`,
  }));
}
