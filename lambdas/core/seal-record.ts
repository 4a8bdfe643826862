/** What sealing found and wrote, kept in the vault as the proof that the bag is complete. Written last. */
export interface SealRecord {
  /** SHA-256 of `manifest-sha256.txt`: names every payload's content. */
  readonly manifestHash: string;
  /** SHA-256 of `tagmanifest-sha256.txt`: names everything else, the manifest among it. */
  readonly tagManifestHash: string;
  /** `s3://<vault>/planes/<planeId>/<offboardingId>/bag/` */
  readonly archivePath: string;
  /** Bytes of every file of the bag. */
  readonly archiveSizeBytes: number;
  readonly fileCount: number;
  readonly payloadCount: number;
  readonly objectCount: number;
  readonly deleteMarkerCount: number;
  readonly inventoryHash: string;
}
