// Guards against: a turn that reaches no execution though one way was open, or one too many ways.
import { VoiceError } from '../../contract/errors';
import { Dispatcher } from './dispatch';
import { EVENT } from './fake-socket.fixture';
import type { TriggerStreams } from './trigger-streams';
import { postToTrigger } from './trigger-webhook';

jest.mock('./trigger-webhook');
const posted = jest.mocked(postToTrigger);
const push = jest.fn<Promise<boolean>, unknown[]>();
const dispatcher = new Dispatcher({ push } as unknown as TriggerStreams, 'the key');
const source = { workflowId: 'w1', node: 'Trigger', mode: 'production', turnUrl: 'http://localhost/webhook/x' } as const;

beforeEach(() => jest.resetAllMocks());

it('an event that the stream took is not posted too', async () => {
	push.mockResolvedValue(true);
	await dispatcher.dispatch(source, EVENT);
	expect(push).toHaveBeenCalledWith('w1', 'Trigger', EVENT);
	expect(posted).not.toHaveBeenCalled();
});

it('an event that no stream took is posted', async () => {
	push.mockResolvedValue(false);
	await dispatcher.dispatch(source, EVENT);
	expect(posted).toHaveBeenCalledWith('http://localhost/webhook/x', 'the key', EVENT);
});

it('the editor\'s test is posted, though a published version of the workflow has a stream', async () => {
	push.mockResolvedValue(true);
	await dispatcher.dispatch({ ...source, mode: 'test' }, EVENT);
	expect(push).not.toHaveBeenCalled();
	expect(posted).toHaveBeenCalledTimes(1);
});

it('where neither way works the reason is passed on', async () => {
	push.mockResolvedValue(false);
	posted.mockRejectedValue(new VoiceError('VOICE_ERR_NOT_LISTENING', 'no'));
	await expect(dispatcher.dispatch(source, EVENT)).rejects.toMatchObject({ code: 'VOICE_ERR_NOT_LISTENING' });
});
