import type { OffboardingConfig } from './config.ts';

// Each of them has to be found before an approval expires.
const REQUIRED_APPROVALS_MAX = 10;
// Two people who agree, not a permission that lies about until somebody finds it.
const FORCE_WINDOW_MAX_HOURS = 168;

/**
 * What a deployment says about who decides has to make sense before it is deployed.
 * @throws Error naming the field of `infra/config.ts`
 */
export function assertGovernance({
  requiredApprovals,
  forceWindowHours,
  roles,
  force,
}: Pick<OffboardingConfig, 'requiredApprovals' | 'forceWindowHours' | 'roles' | 'force'>): void {
  assertWithin('requiredApprovals', requiredApprovals, REQUIRED_APPROVALS_MAX);
  assertWithin('forceWindowHours', forceWindowHours, FORCE_WINDOW_MAX_HOURS);
  for (const [role, patterns] of Object.entries(roles)) {
    const isNeeded = role !== 'forcer' || force !== 'never';
    if (isNeeded && patterns.length === 0) throw new Error(`roles.${role} must name somebody`);
    if (patterns.some((pattern) => pattern.trim() === ''))
      throw new Error(`roles.${role} has an empty pattern`);
    const loose = patterns.find((pattern) => /AWSReservedSSO_.*\*/.test(pattern));
    if (loose !== undefined)
      throw new Error(
        `roles.${role} has "${loose}", which other permission sets may match: say permission-set/<its name>`,
      );
  }
}

function assertWithin(field: string, value: number, maximum: number): void {
  if (!Number.isInteger(value) || value < 1 || value > maximum)
    throw new Error(`${field} must be a whole number from 1 to ${maximum}`);
}
