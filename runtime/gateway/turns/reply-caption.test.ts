// Guards against: a caption that lags, loses its last words, or sends the whole text again for every token.
import { ReplyCaption } from './reply-caption';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function captions() {
	const told: string[] = [];
	return { told, caption: new ReplyCaption((text) => told.push(text)) };
}

it('shows the first words at once, and what comes soon after them together', () => {
	const { told, caption } = captions();
	caption.show('You');
	caption.show('You have');
	caption.show('You have one');
	expect(told).toEqual(['You']);
	jest.advanceTimersByTime(50);
	expect(told).toEqual(['You', 'You have one']);
	jest.advanceTimersByTime(1000);
	caption.show('You have one appointment.');
	expect(told).toEqual(['You', 'You have one', 'You have one appointment.']);
});

it('shows the last words when the reply ends, and nothing after it', () => {
	const { told, caption } = captions();
	caption.show('Good');
	caption.show('Goodbye.');
	caption.flush();
	expect(told).toEqual(['Good', 'Goodbye.']);
	caption.flush();
	jest.advanceTimersByTime(1000);
	expect(told).toHaveLength(2);
	expect(jest.getTimerCount()).toBe(0);
});
