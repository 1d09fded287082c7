/**
 * How many speeches of Orpheus a server generates in real time: `node deploy/orpheus/measure.mjs http://gpu.lan:8000 16`.
 * Only tokens are measured. The runtime's machine decodes them to audio, which takes about 0.2 s of a core per second of audio.
 */
const TOKENS_PER_SECOND = (7 * 24_000) / 2048;
/** The runtime starts to play after so many; until then nothing can be late. */
const FIRST_TOKENS = 28;
const TEXT = 'The next train to the coast leaves from platform four at twenty past nine, and it stops at every station on the way, so please allow some more time for your journey today.';
const VOICES = ['tara', 'leah', 'jess', 'leo', 'dan', 'mia', 'zac', 'zoe'];

const [address, count = '8'] = process.argv.slice(2);
if (!address || !(Number(count) >= 1)) {
	console.error('Usage: [ORPHEUS_KEY=...] node deploy/orpheus/measure.mjs ADDRESS [SPEECHES AT A TIME]');
	process.exit(2);
}
const base = address.replace(/\/+$/, '').replace(/\/v1$/, '');
const headers = { 'content-type': 'application/json', ...(process.env.ORPHEUS_KEY && { authorization: `Bearer ${process.env.ORPHEUS_KEY}` }) };

async function asked(path, body) {
	const answer = await fetch(`${base}/v1${path}`, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) });
	if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
	return answer;
}

/** As the runtime asks: runtime/inference/speech/orpheus/remote-tokens/completions-dialect.ts. */
function request({ id, owned_by: owner }, voice) {
	const addsStart = ['llamacpp', 'sglang'].includes(owner);
	const common = { model: id, stream: true, max_tokens: 1500, temperature: 0.6, top_p: 0.9, top_k: 40, stop: ['<custom_token_2>'] };
	const prompt = `<custom_token_3>${addsStart ? '' : '<|begin_of_text|>'}${voice}: ${TEXT}<|eot_id|><custom_token_4><custom_token_5><custom_token_1>`;
	if (owner === 'llamacpp') return { ...common, prompt, repeat_penalty: 1.1, repeat_last_n: 64, samplers: ['top_k', 'penalties', 'top_p', 'temperature'] };
	const special = owner === 'sglang' ? {} : { spaces_between_special_tokens: false, add_special_tokens: false };
	return { ...common, prompt, repetition_penalty: 1.1, skip_special_tokens: false, ...special };
}

/** One speech: when its first sound could be played, ms, and how late its latest token was after that. */
async function speech(model, voice) {
	const startedAt = performance.now();
	let [text, tokens, firstAt, late] = ['', 0, 0, 0];
	for await (const part of (await asked('/completions', request(model, voice))).body.pipeThrough(new TextDecoderStream())) {
		const lines = (text + part).split('\n');
		text = lines.pop();
		for (const line of lines.filter((each) => each.startsWith('data: {'))) {
			tokens += JSON.parse(line.slice(6)).choices?.[0]?.text?.split('>').length - 1 || 0;
		}
		const now = performance.now() - startedAt;
		if (tokens < FIRST_TOKENS) continue;
		firstAt ||= now;
		// Frames are played whole: that of the newest token begins when all before it have been played.
		late = Math.max(late, now - firstAt - (1000 * (tokens - FIRST_TOKENS)) / TOKENS_PER_SECOND);
	}
	if (tokens < FIRST_TOKENS) throw new Error('The server writes no Orpheus tokens. Check its model, and that it shows special tokens (llama-server: --special).');
	return { tokens, firstAt, late };
}

const percentile = (values, share) => Math.round(values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]);

try {
	const [model] = (await (await asked('/models')).json()).data;
	// The first speech of all may have to wait until the server has warmed up.
	await speech(model, VOICES[0]);
	const startedAt = performance.now();
	const all = await Promise.all(Array.from({ length: Number(count) }, async (_, at) => await speech(model, VOICES[at % VOICES.length])));
	const rate = all.reduce((sum, { tokens }) => sum + tokens, 0) / ((performance.now() - startedAt) / 1000);
	const first = all.map(({ firstAt }) => firstAt);
	const inTime = all.filter(({ late }) => late <= 20).length;
	console.log(`${inTime} of ${all.length} speeches in real time (at most 20 ms late)`);
	console.log(`${Math.round(rate)} tokens/s together; one speech plays ${Math.round(TOKENS_PER_SECOND)}`);
	console.log(`first ${FIRST_TOKENS} tokens after ${percentile(first, 0.5)} ms (median), ${percentile(first, 0.95)} ms (95 of 100)`);
} catch (error) {
	console.error(`${base}: ${error.cause?.message ?? error.message}`);
	process.exitCode = 1;
}
