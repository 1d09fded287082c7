// Guards against: sounds that a recogniser describes, and credits that it makes up, answered as if the caller had said them.
import { withoutNoise } from './without-noise';

describe('what nobody said', () => {
	it.each([
		'[Music]', '(wind blowing)', '[ Silence ]', '[BLANK_AUDIO]', '(wind blowing', '[Music', 'music]', '[MUSIC PLAYING]', '{noise}', '*sighs*', '*coughs', '(speaking in foreign language)',
		'(Musik)', '[Musique]', '[Música]', '[音楽]', '【音楽】', '（拍手）', '(박수)', '[Музыка]', '[موسيقى]',
		'♪', '♪♪♪', '♪ we wish you a merry christmas ♪', '♪ la la la', '🎵 🎵', '<|nospeech|>', '<unk>', '[Music] (applause)', '[[Music]]', '([laughs])', '. . .', '...', '>>',
		'Thank you for watching', 'Thank you for watching!', 'Thanks for watching.', 'Thank you so much for watching. Please subscribe!', 'Please like and subscribe.', "Don't forget to subscribe", 'Subtitles by the Amara.org community',
		'Untertitel der Amara.org-Community', 'Untertitel im Auftrag des ZDF für funk, 2017', 'Vielen Dank fürs Zuschauen!', "Sous-titres réalisés par la communauté d'Amara.org", 'Merci d’avoir regardé cette vidéo !',
		'Subtítulos realizados por la comunidad de Amara.org', '¡Gracias por ver el video!', 'Sottotitoli creati dalla comunità Amara.org', 'Legendas pela comunidade Amara.org', 'Napisy stworzone przez społeczność Amara.org',
		'Субтитры сделал DimaTorzok', 'Продолжение следует...', 'ご視聴ありがとうございました', '谢谢大家观看', '請不吝點贊 訂閱 轉發', '시청해주셔서 감사합니다', 'MBC 뉴스 김성현입니다.', 'ترجمة نانسي قنقر',
	])('is no word: %s', (text) => {
		expect(withoutNoise(text)).toBe('');
	});
});

describe('what somebody said', () => {
	it.each([
		['stays as it is', 'I want to book a cleaning.'],
		['thanks', 'Thank you.'],
		['thanks for something', 'Thank you for your help.'],
		['a telephone number', '(555) 123-4567'],
		['a telephone number in a sentence', 'Call me at (555) 123-4567 please.'],
		['a number in square brackets', 'room [12]'],
		['a product', '3 * 4 * 5'],
		['one about music', 'I like music.'],
		['one about subscribing', 'How do I subscribe to the newsletter?'],
		['one about subtitles', 'Are there subtitles?'],
		['an utterance that was not understood', 'Monday [unclear] at nine'],
		['another script', '明日の九時にお願いします。'],
		['a question with marks', '¿A qué hora?'],
	])('%s', (_what, text) => {
		expect(withoutNoise(text)).toBe(text);
	});

	it.each([
		['[Music] I want to book a cleaning.', 'I want to book a cleaning.'],
		['I want (coughs) to book.', 'I want to book.'],
		['♪ la la ♪ Tuesday please', 'Tuesday please'],
		['Tuesday please ♪', 'Tuesday please'],
		['>> Yes. >> At nine.', 'Yes. At nine.'],
		['Yes, please. Thanks for watching!', 'Yes, please.'],
		['Yes (laughs', 'Yes'],
		['(I want to book a cleaning for tomorrow', 'I want to book a cleaning for tomorrow'],
		['I want to book a cleaning for tomorrow)', 'I want to book a cleaning for tomorrow'],
		['<|en|> Hello there', 'Hello there'],
	])('stays, and the noise goes: %s', (text, words) => {
		expect(withoutNoise(text)).toBe(words);
	});

	it('takes no time for a text of marks only', () => {
		const text = '([{*<♪'.repeat(20_000);
		const began = process.cpuUsage();
		withoutNoise(text);
		// Going back over it for every mark would take minutes.
		expect(process.cpuUsage(began).user).toBeLessThan(5_000_000);
	});
});
