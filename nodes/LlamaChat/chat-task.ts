import { z } from 'zod';
import { type ChatSettings, chatMessage } from '../../runtime/contract/chat';
import { parseJsonKeepingDigits } from '../../runtime/lib/json';
import type { Tool } from './tools/tool';

export const chatOptions = z.object({
	checkToolInputs: z.boolean().default(true),
	conversation: z.enum(['auto', 'own']).default('auto'),
	maxToolCalls: z.number().int().min(0).max(32).default(6),
	messages: z.union([z.string().transform((text) => parseJsonKeepingDigits(text) ?? text), z.unknown()]).pipe(z.array(chatMessage)).default([]),
	sayWhenUnclear: z.string().max(300).default(''),
	toolTimeLimit: z.number().min(1).max(600).default(30),
});

/** All that the node was told, for one item. */
export interface ChatTask {
	readonly instructions: string;
	readonly prompt: string;
	/** false when the Transcribe node before did not understand the caller. */
	readonly understood: boolean;
	readonly chat: ChatSettings;
	readonly options: z.output<typeof chatOptions>;
	readonly tools: ReadonlyMap<string, Tool>;
}
