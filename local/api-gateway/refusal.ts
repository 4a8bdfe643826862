import { AccessDenied } from '../aws-service.ts';

/** @returns why not, or undefined when it is allowed */
export function refusalOf(authorise: () => void): string | undefined {
  try {
    authorise();
    return undefined;
  } catch (error) {
    if (error instanceof AccessDenied) return error.message;
    throw error;
  }
}
