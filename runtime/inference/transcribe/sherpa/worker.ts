import { pipeToParent } from '../../../ipc/pipes';
import { serve } from '../../../ipc/server';
import { listenWorkerProtocol } from '../listen/worker-protocol';
import { sherpaWorker } from './sherpa-worker';

/** A process of its own: see sherpa/start-sherpa. */
const end = (): void => void process.kill(process.pid, 'SIGKILL');
const pipe = pipeToParent();
pipe.onClose(end);
serve(listenWorkerProtocol, pipe, sherpaWorker(end));
