import { callerVoice } from '../runtime/cli/call/caller-voice';
import { type Load, measure } from './echo-peer-load';
import { flag, numbers, option, run } from './report';

/**
 * What a session costs in media, beside the least that wrtc can do with the same sound: `npm run bench
 * echo-peer-compare [-- --json] [--seconds N] [--sessions 1,4,8]`. One after the other, in turns, so that a busy machine hurts both alike.
 */
const json = flag('--json');
const seconds = Number(option('--seconds', '15'));
const counts = numbers('--sessions', '1,4,8');
const TEXT = 'I would like to book a dentist appointment for next Wednesday at half past three, and please tell me what else I have on that day.';

function print(name: string, unit: string, ours: number, bound: number, n: number): void {
	const ratio = ours / bound;
	const round = (value: number): number => Math.round(value * 100) / 100;
	if (json) console.log(JSON.stringify({ name, unit, n, p50: round(ours), p95: round(ours), bound: round(bound), ratio: round(ratio) }));
	else console.log(`${name.padEnd(34)} ${ours.toFixed(2).padStart(8)} ${unit.padEnd(10)} bare echo ${bound.toFixed(2).padStart(8)}   ${ratio.toFixed(2)}x`);
}

function text(load: Load): string {
	return `event loop p99 ${load.loopDelayMs.toFixed(0)} ms, callers' ${load.loadLoopDelayMs.toFixed(0)} ms`;
}

async function main(): Promise<void> {
	const speech = await callerVoice('')(TEXT);
	for (const sessions of counts) {
		const echo = await measure('echo', sessions, speech, seconds);
		const media = await measure('media', sessions, speech, seconds);
		print(`media.cpu.session.${sessions}`, '% of core', media.cpuPercent, echo.cpuPercent, sessions);
		print(`media.rss.${sessions}`, 'MB', media.rssBytes / 1e6, echo.rssBytes / 1e6, sessions);
		if (!json) console.log(`    media: ${text(media)}; echo: ${text(echo)}`);
	}
}

run(main);
