import path from 'node:path';
import './machine/thread-pool';
import { serverNamed } from '../contract/engines';
import { monotonicClock } from '../lib/clock';
import { log, startLog } from '../lib/log';
import { version } from '../lib/package-root';
import { inferenceProtocol } from '../rpc/inference-protocol';
import { pipeToParent } from '../rpc/pipes';
import { serve } from '../rpc/server';
import { ChatFallback } from './chat/fallback';
import { RecogniserFallback, type RecogniserSource } from './recognition/fallback';
import { Cooldowns } from './fallback/cooldowns';
import { VoiceFallback } from './speech/fallback';
import { Counters, type InferenceDeps } from './handlers/counters';
import { engineChoices, runtimeHandlers } from './handlers/runtime';
import { capacityHandler } from './handlers/capacity';
import { chatHandlers } from './handlers/chat';
import { listenHandler, transcribeHandler } from './handlers/listen';
import { speakHandler } from './handlers/speak';
import { tryModelHandler } from './handlers/try-model';
import { LlamaEngine } from './chat/llama/llama-engine';
import { CallModels } from './models/call-models';
import type { ModelTask } from './models/catalogue/schema';
import { GgufCheck } from './models/gguf-check';
import { ModelLoads } from './models/model-loads';
import { Models } from './models/models';
import { modelsInUse } from './models/models-in-use';
import { ApprovedFiles } from './models/store/approved-files';
import { LoadTimes } from './models/store/load-times';
import { modelsFolder } from './models/store/store';
import type { Locate } from './models/resolve';
import { Orpheus } from './speech/orpheus/orpheus';
import { Recognisers, createRecogniser } from './recognition/recognisers';
import { RealTime } from './scheduler/real-time';
import { Scheduler } from './scheduler/scheduler';
import { Servers } from './servers/servers';
import { FliteVoice } from './speech/flite/flite-voice';
import { SherpaVoices } from './speech/sherpa/sherpa-voices';
import { Voices } from './speech/voices';
import { TurnEndJudge } from './turn-end/turn-end-judge';

/** The inference process: all models of one machine. The gateway starts it again when it ends. */

startLog('inference');

const check = new GgufCheck(new ApprovedFiles(modelsFolder(process.env), `${version} ${process.arch}`));
const models = new Models(process.env, {
	onAuto: (task, model, why) => log.info({ task, model, why }, 'auto chose a model'),
});
const locate: Locate = async (name, task) => await models.locate(name, task);
// Asking the GPU's driver and trying the GPU may take seconds, which no caller shall wait. Whoever needs the answer is told what failed.
models.machine().catch(() => undefined);
const counters = new Counters();
const loads = new ModelLoads(new LoadTimes(modelsFolder(process.env)));
const servers = Servers.configured();
// All models of this process share one machine.
const scheduler = new Scheduler();
const orpheus = new Orpheus(check, scheduler, (tokens) => (counters.tokens += tokens), locate, (share) => loads.read('voice', 'orpheus', share));
const voices = new Voices({
	flite: new FliteVoice(),
	orpheus,
	folders: new SherpaVoices(async (name) => await locate(name, 'voice'), {
		prepared: path.join(modelsFolder(process.env), '.prepared'),
		models: modelsFolder(process.env),
		env: process.env,
	}),
	server: async (name, settings) => await servers.voice(name, settings, orpheus.snacFor),
	models,
});
const told = async (task: ModelTask, model: string): Promise<void> => log.info({ task, model: models.nameOf(model), why: (await models.usable(task)).why }, 'auto chose a model');
const callModels = new CallModels(models, (settings, here) => voices.named(settings, here), (task, model) => void told(task, model).catch(() => undefined));
const local = new Recognisers(createRecogniser, locate);
const recognisers: RecogniserSource = {
	get: async (model) => {
		const server = serverNamed(model);
		return await (server === undefined ? local.get(model) : servers.recogniser(server));
	},
};
const llama = new LlamaEngine(check, scheduler, locate, (model, share) => loads.read('languageModel', model, share));
const realTime = new RealTime();
// Each stage has its own: a server that refuses to chat may well speak.
const cooldowns = (): Cooldowns => new Cooldowns(monotonicClock);
const deps: InferenceDeps = {
	chat: new ChatFallback((model) => {
		const server = serverNamed(model);
		return server === undefined ? llama : servers.chat(server);
	}, cooldowns(), (engine, voice) => servers.links('chat', engine, voice)),
	voices: new VoiceFallback(voices, cooldowns(), realTime, monotonicClock, (engine, voice) => servers.links('speak', engine, voice)),
	recognisers: new RecogniserFallback(recognisers, cooldowns(), (engine, voice) => servers.links('transcribe', engine, voice)),
	callModels,
	describe: async (speak, call) => await modelsInUse(models, callModels, speak, call),
	choices: async (query) => await engineChoices(models, servers, voices, query),
	turnEnds: new TurnEndJudge(locate),
	loads,
	locate,
	utteranceCost: async (model) => (serverNamed(model) === undefined ? await local.utteranceCost(model) : undefined),
	counters,
	scheduler,
	realTime,
};

const pipe = pipeToParent();
// Native threads of loaded models would keep the process alive.
pipe.onClose(() => process.exit(0));
serve(inferenceProtocol, pipe, {
	...chatHandlers(deps),
	...runtimeHandlers(deps),
	capacity: capacityHandler(deps),
	listen: listenHandler(deps),
	speak: speakHandler(deps),
	transcribe: transcribeHandler(deps),
	tryModel: tryModelHandler(deps),
});
