import './machine/thread-pool';
import { monotonicClock } from '../lib/clock';
import { inferenceProtocol } from '../rpc/inference-protocol';
import { pipeToParent } from '../rpc/pipes';
import { serve } from '../rpc/server';
import { ChatChain } from './chat/fallback';
import { RecogniserChain } from './recognition/fallback';
import { Rests } from './fallback/cooldowns';
import type { RecogniserSource } from './fallback/sources';
import { VoiceChain } from './speech/fallback';
import { Counters } from './handlers/counters';
import { engineChoices } from './handlers/engines';
import { capacityHandler } from './handlers/capacity';
import { chatHandlers } from './handlers/chat';
import { houseHandlers } from './handlers/runtime';
import { listenHandler } from './handlers/listen';
import { speakHandler } from './handlers/speak';
import { transcribeHandler } from './handlers/transcribe';
import { scheduler } from './llama/library';
import { LlamaEngine } from './chat/llama/llama-engine';
import { log } from './log';
import { GgufCheck } from './models/gguf-check';
import { Models } from './models/models';
import type { Locate } from './models/resolve';
import { Orpheus } from './speech/orpheus/orpheus';
import { Recognisers } from './recognition/recognisers';
import type { Rooms } from './handlers/rooms';
import { RealTime } from './scheduler/real-time';
import { serverNamed, Servers } from './servers/servers';
import { createRecogniser } from './recognition';
import { FliteVoice } from './speech/flite/flite-voice';
import { SherpaVoices } from './speech/sherpa/sherpa-voices';
import { Voices } from './speech/voices';

/** The inference process: all models of one machine. The gateway starts it again when it ends. */

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
	process.on(event, (error: unknown) => {
		log('error', event, { error: error instanceof Error ? error.stack : String(error) });
		process.exit(1);
	});
}

const check = new GgufCheck();
const models = new Models(process.env, {
	onAuto: (task, model, why) => log('info', `auto for ${task}`, { model, why }),
});
const locate: Locate = async (name, task) => await models.locate(name, task);
// Asking the GPU's driver and trying the GPU may take seconds, which no caller shall wait. Whoever needs the answer is told what failed.
models.machine().catch(() => undefined);
const counters = new Counters();
const servers = Servers.configured();
const voices = new Voices({
	flite: new FliteVoice(),
	orpheus: new Orpheus(check, (tokens) => (counters.tokens += tokens), locate),
	folders: new SherpaVoices(async (name) => await locate(name, 'voice')),
	servers,
	models,
});
const local = new Recognisers(createRecogniser, locate);
const recognisers: RecogniserSource = {
	get: async (model) => {
		const server = serverNamed(model);
		return await (server === undefined ? local.get(model) : servers.recogniser(server));
	},
};
const llama = new LlamaEngine(check, undefined, locate);
const realTime = new RealTime();
const rests = new Rests(monotonicClock);
const rooms: Rooms = {
	chat: new ChatChain((model) => {
		const server = serverNamed(model);
		return server === undefined ? llama : servers.chat(server);
	}, rests),
	voices: new VoiceChain(voices, rests, realTime, monotonicClock),
	recognisers: new RecogniserChain(recognisers, rests),
	choices: async () => await engineChoices(models, servers, voices),
	locate,
	counters,
	scheduler,
	realTime,
};

const pipe = pipeToParent();
// Native threads of loaded models would keep the process alive.
pipe.onClose(() => process.exit(0));
serve(inferenceProtocol, pipe, {
	...chatHandlers(rooms),
	...houseHandlers(rooms),
	capacity: capacityHandler(rooms),
	listen: listenHandler(rooms),
	speak: speakHandler(rooms),
	transcribe: transcribeHandler(rooms),
});
