import { toJSONSchema } from 'zod/v4';
import { boundedSchema } from '../../../runtime/contract/json-bounds';
import { isZod3, zod3ToJsonSchema } from './zod3-schema';

type Schema = Record<string, unknown>;

/**
 * A tool's input schema as JSON schema. n8n's tools bring zod 3, newer LangChain tools zod 4, MCP tools JSON schema.
 * What can't be told in JSON schema is left open: the tool checks its arguments itself.
 */
export function jsonSchemaOf(schema: unknown): Schema {
	const whole = wholeSchema(schema);
	if (isObject(whole) && whole.type === 'object') return boundedSchema(whole);
	// A tool that takes one text: LangChain's convention is a field `input`.
	return { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
}

function wholeSchema(schema: unknown): unknown {
	try {
		return isObject(schema) && '_zod' in schema ? fromZod4(schema) : isZod3(schema) ? zod3ToJsonSchema(schema) : schema;
	} catch {
		// One without end, for which the converter calls itself: all of it is left open.
		return { type: 'object' };
	}
}

/** Of what goes in: a field with a default may be left out, and a transform has not happened yet. */
function fromZod4(schema: unknown): Schema {
	return toJSONSchema(schema as Parameters<typeof toJSONSchema>[0], {
		unrepresentable: 'any',
		io: 'input',
		override: ({ jsonSchema }) => {
			// As in zod3-schema.ts.
			delete jsonSchema.pattern;
		},
	});
}

function isObject(value: unknown): value is Schema {
	return typeof value === 'object' && value !== null;
}
