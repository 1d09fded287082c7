import type { TurnTimings } from '../../contract/turn';
import type { CallTurn } from './report';

/** What each figure means, in the order of a turn. */
const ROWS: Array<[keyof TurnTimings, string]> = [
	['user_speech', 'how long the caller spoke'],
	['eou_delay', 'end of speech -> end of turn'],
	['transcription_delay', 'end of speech -> final text'],
	['workflow_delay', 'end of turn -> first node'],
	['nodes_delay', 'first node -> model request'],
	['tools', 'tools'],
	['ttft', 'model request -> first token'],
	['sentence_delay', 'first token -> first sentence'],
	['ttfb', 'first sentence -> first sound'],
	['playout_delay', 'first sound -> audible sound sent'],
	['first_audio_delay', 'end of speech -> first sound sent'],
	['e2e_latency', 'end of speech -> audible sound sent'],
	['response_delay', 'end of turn -> audible sound sent'],
	['agent_speech', 'how long the agent was heard'],
];

/** One turn's times as lines of text. */
export function turnTable({ timings = {}, responseMs, silencedMs }: CallTurn): string[] {
	const rows: Array<[string, string, number | undefined]> = [
		...ROWS.map(([name, about]): [string, string, number | undefined] => [name, about, timings[name]]),
		['(caller)', 'end of speech -> reply heard', responseMs],
		['(caller)', 'start of interruption -> agent silent', silencedMs],
	];
	return rows.flatMap(([name, about, ms]) =>
		ms === undefined ? [] : [`    ${name.padEnd(20)} ${about.padEnd(36)} ${ms.toFixed(0).padStart(6)} ms`],
	);
}
