import { parentPort } from 'node:worker_threads';
import { serve } from '../../../ipc/server';
import { pipeToStarter } from '../../onnx/worker-pipe';
import { listenWorker } from './listen-worker';
import { listenWorkerProtocol } from './worker-protocol';

serve(listenWorkerProtocol, pipeToStarter(), listenWorker(() => parentPort?.close()));
