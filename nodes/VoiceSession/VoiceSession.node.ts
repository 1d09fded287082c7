import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { errorItem } from '../shared/each-item';
import { joinKeysOf } from '../shared/join-keys';
import { nodeFailure, toVoiceError } from '../shared/node-failure';
import { joinLink } from './join-link';
import { voiceSessionProperties } from './properties';
import { testJoinTokens } from './test-join-tokens';

/** What a workflow does about calls from outside of them. It needs no runtime. */
export class VoiceSession implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Voice Session',
		// Not "voiceSession": n8n takes a node of that name and "voiceSessionTrigger" for one, and shows no trigger in its panel.
		name: 'voiceSessionAction',
		icon: { light: 'file:voiceSession.svg', dark: 'file:voiceSession.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Join link: /" + $parameter["agent"] }}',
		description: 'Invite somebody to a call with a voice agent, by a link that is good for one call',
		defaults: { name: 'Voice Session' },
		// A model must not decide who the caller is.
		usableAsTool: undefined,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'voiceJoinTokensApi', required: true, testedBy: 'testJoinTokens' }],
		properties: voiceSessionProperties,
	};

	methods = { credentialTest: { testJoinTokens } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const results: INodeExecutionData[] = [];
		for (const itemIndex of this.getInputData().keys()) {
			try {
				results.push({ json: await joinLink(this, itemIndex, await joinKeysOf(this)), pairedItem: { item: itemIndex } });
			} catch (thrown) {
				const failure = nodeFailure(this.getNode(), thrown, itemIndex);
				if (!this.continueOnFail()) throw failure;
				results.push(errorItem(this.getNode(), { error: { ...toVoiceError(thrown).toShape() } }, failure, itemIndex));
			}
		}
		return [results];
	}
}
