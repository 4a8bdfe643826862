/**
 * How many dependents a plane may have, and how many of them one request may acknowledge: so that whoever is refused
 * DEPENDENTS_EXIST can answer for all of them at once. As many declarations are put on record of one caller and one grace period.
 */
export const DEPENDENTS_MAX = 100;
