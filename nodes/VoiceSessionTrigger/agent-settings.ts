import {
	type AgentSettings,
	FIRST_WORD_MS,
	IDLE_TIMEOUT_MS,
	MAX_CALL_DURATION_MS,
	agentSettings,
	turnTakingSettings,
} from '../../runtime/contract/agent-settings';
import { VoiceError } from '../../runtime/contract/errors';
import { z } from 'zod';
import { type WorkflowReader, chatAhead, greetingVoice, hasLlamaChat, promptStartAhead, toolsAhead, transcribeAhead } from '../shared/look-ahead';
import { speculationChoice, speculationOf } from './speculation';

const optionsShape = z.object({
	agentName: z.string().default(''),
	apology: z.string().optional(),
	allowedOrigins: z.string().default(''),
	attachAudio: z.boolean().default(false),
	emitCallEvents: z.boolean().default(true),
	firstWordLimit: z.number().default(FIRST_WORD_MS / 1000),
	idleTimeout: z.number().default(IDLE_TIMEOUT_MS / 1000),
	greeting: z.string().default(''),
	internalUrl: z.string().default(''),
	relayOnly: z.boolean().default(false),
	maxCallDuration: z.number().default(MAX_CALL_DURATION_MS / 60_000),
	speculation: speculationChoice,
});
export type TriggerOptions = z.infer<typeof optionsShape>;

/** What trigger and webhook contexts share. */
export interface TriggerParameters extends WorkflowReader {
	getNodeParameter(name: string, fallback?: unknown): unknown;
}

export function optionsOf(context: TriggerParameters): TriggerOptions {
	return checked(optionsShape, context.getNodeParameter('options', {}));
}

/** All that a call has to know before its first word, read anew for each call: following nodes may have changed. */
export function agentOf(context: TriggerParameters): AgentSettings {
	const options = optionsOf(context);
	const ahead = transcribeAhead(context);
	return checked(agentSettings, {
		...(options.agentName === '' ? {} : { name: options.agentName }),
		greeting: options.greeting,
		...(options.apology === undefined ? {} : { apology: options.apology }),
		transcribe: ahead.settings,
		transcribeNote: ahead.note,
		chat: chatAhead(context),
		promptStart: promptStartAhead(context),
		llamaChat: hasLlamaChat(context),
		tools: toolsAhead(context),
		speak: greetingVoice(context),
		speculation: speculationOf(context, options.speculation, ahead.settings),
		turnTaking: checked(turnTakingSettings, context.getNodeParameter('turnTaking', {})),
		limits: { firstWordMs: options.firstWordLimit * 1000, idleTimeoutMs: options.idleTimeout * 1000, maxCallDurationMs: options.maxCallDuration * 60_000 },
	});
}

function checked<T extends z.ZodTypeAny>(shape: T, value: unknown): z.output<T> {
	const parsed = shape.safeParse(value);
	if (parsed.success) return parsed.data as z.output<T>;
	const issue = parsed.error.issues[0];
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `A setting of the Voice Session Trigger is not valid: ${issue?.path.join('.')}: ${issue?.message}.`, {
		remedy: 'Open the Voice Session Trigger in n8n and correct the setting.',
	});
}
