import type { TurnTimings } from '../../contract/turn';
import type { CallTurn } from './report';

/** What each figure means, in the order of a turn. */
const ROWS: Array<[keyof TurnTimings, string]> = [
	['user_speech', 'caller spoke for'],
	['eou_delay', 'end of speech -> turn over'],
	['transcription_delay', 'end of speech -> final text'],
	['workflow_delay', 'turn over -> first node'],
	['nodes_delay', 'first node -> model asked'],
	['tools', 'tools'],
	['ttft', 'model asked -> first token'],
	['sentence_delay', 'first token -> first sentence'],
	['ttfb', 'first sentence -> its first sound'],
	['playout_delay', 'its first sound -> audible sound sent'],
	['first_audio_delay', 'end of speech -> first sound sent'],
	['e2e_latency', 'end of speech -> audible sound sent'],
	['response_delay', 'turn over -> audible sound sent'],
	['agent_speech', 'agent was heard for'],
];

/** One turn's times as lines of text. */
export function turnTable({ timings = {}, responseMs, silencedMs }: CallTurn): string[] {
	const rows: Array<[string, string, number | undefined]> = [
		...ROWS.map(([name, about]): [string, string, number | undefined] => [name, about, timings[name]]),
		['(caller)', 'own speech ended -> reply heard', responseMs],
		['(caller)', 'began to interrupt -> agent silent', silencedMs],
	];
	return rows.flatMap(([name, about, ms]) =>
		ms === undefined ? [] : [`    ${name.padEnd(20)} ${about.padEnd(36)} ${ms.toFixed(0).padStart(6)} ms`],
	);
}
