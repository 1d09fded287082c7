import { pipeToParent } from '../../../rpc/pipes';
import { serve } from '../../../rpc/server';
import { listenWorkerProtocol } from '../pack/worker-protocol';
import { sherpaWorker } from './sherpa-worker';

/** A process of its own: see sherpa/start-sherpa. */
const end = (): void => void process.kill(process.pid, 'SIGKILL');
const pipe = pipeToParent();
pipe.onClose(end);
serve(listenWorkerProtocol, pipe, sherpaWorker(end));
