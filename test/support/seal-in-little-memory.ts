import { parentPort, workerData } from 'node:worker_threads';
import { type CopiedPlane, sealCopiedPlane } from './copied-plane.ts';

const { result } = await sealCopiedPlane(workerData as CopiedPlane);
parentPort?.postMessage(result.message);
