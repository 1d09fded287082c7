import { parentPort } from 'node:worker_threads';
import { serve } from '../../../rpc/server';
import { pipeToStarter } from '../../../rpc/worker-pipe';
import { listenWorker } from './listen-worker';
import { listenWorkerProtocol } from './worker-protocol';

serve(listenWorkerProtocol, pipeToStarter(), listenWorker(() => parentPort?.close()));
