/** What the final certificate's Lambda is started with. */
export interface FinalCertificateEvent {
  readonly planeId: string;
  readonly offboardingId: string;
}

export interface FinalSchedule {
  /**
   * Starts the final certificate of this offboarding once, not before `until`. There is one schedule for each offboarding: asked
   * again it stays as it is.
   * @param until ISO 8601 UTC
   */
  create(event: FinalCertificateEvent, until: string): Promise<void>;
}
