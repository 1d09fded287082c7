"""A Whisper of CTranslate2 (faster-whisper) as Hugging Face's Optimum exports it: the same names, shapes and files.

usage: whisper_ct2_to_hugging_face.py CT2FOLDER OUT [--split]

OUT gets onnx/encoder_model_quantized.onnx, and onnx/decoder_model_merged_quantized.onnx or, with --split, the two
decoders that are not merged; config.json, generation_config.json, preprocessor_config.json, tokenizer.json.
Needs: pip install onnx onnxruntime numpy
"""
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from whisper_ct2_to_sherpa import LANGUAGES, Graph, feed_forward, layers, read_weights, tensor, vocabulary

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


class Part(Graph):
    """A graph whose weights may be those of others, too."""

    def __init__(self, name: str, weights: dict[str, onnx.TensorProto]) -> None:
        super().__init__()
        self.name, self.weights = name, weights

    def fresh(self) -> str:
        return f'{self.name}_{super().fresh()}'

    def const(self, value, name: str = '') -> str:
        value = np.array(value, order='C')
        name = name or f'c_{hashlib.sha1(value.tobytes() + str((value.shape, value.dtype)).encode()).hexdigest()}'
        self.weights.setdefault(name, numpy_helper.from_array(value, name))
        return name

    def split(self, x: str, heads: int, size: int) -> str:
        return self.op('Transpose', self.op('Reshape', x, self.ints(0, 0, heads, size)), perm=[0, 2, 1, 3])

    def attention(self, q: str, k: str, v: str, width: int, mask: str = '') -> str:
        """Of what is split by heads already."""
        size = width // heads_of(width)
        scores = self.op('Mul', self.op('MatMul', q, self.op('Transpose', k, perm=[0, 1, 3, 2])), self.const(np.float32(size**-0.5)))
        scores = self.op('Add', scores, mask) if mask else scores
        mixed = self.op('MatMul', self.op('Softmax', scores, axis=-1), v)
        return self.op('Reshape', self.op('Transpose', mixed, perm=[0, 2, 1, 3]), self.ints(0, 0, width))


def heads_of(width: int) -> int:
    return width // 64


def encoder(w, width: int, mels: int) -> onnx.ModelProto:
    g = Part('e', {})
    x = g.gelu(g.op('Conv', 'input_features', g.const(w['encoder/conv1/weight']), g.const(w['encoder/conv1/bias']), pads=[1, 1]))
    x = g.gelu(g.op('Conv', x, g.const(w['encoder/conv2/weight']), g.const(w['encoder/conv2/bias']), pads=[1, 1], strides=[2]))
    x = g.op('Add', g.op('Transpose', x, perm=[0, 2, 1]), g.const(w['encoder/position_encodings/encodings']))
    for number in range(layers(w, 'encoder')):
        of = lambda name: w[f'encoder/layer_{number}/{name}']  # noqa: E731
        y = g.norm(x, of('self_attention/layer_norm/gamma'), of('self_attention/layer_norm/beta'))
        weight, bias = of('self_attention/linear_0/weight'), of('self_attention/linear_0/bias')
        q, k, v = (g.split(g.linear(y, weight[at : at + width], bias[at : at + width]), heads_of(width), 64) for at in (0, width, 2 * width))
        x = g.op('Add', x, g.linear(g.attention(q, k, v, width), of('self_attention/linear_1/weight'), of('self_attention/linear_1/bias')))
        x = g.op('Add', x, feed_forward(g, x, of))
    g.nodes.append(helper.make_node('LayerNormalization', [x, g.const(w['encoder/layer_norm/gamma']), g.const(w['encoder/layer_norm/beta'])], ['last_hidden_state'], axis=-1, epsilon=1e-5))
    frames = len(w['encoder/position_encodings/encodings'])
    return model(g, [tensor('input_features', FLOAT, 'batch_size', mels, 2 * frames)], [tensor('last_hidden_state', FLOAT, 'batch_size', frames, width)])


def decoder(g: Part, w, width: int, with_past: bool, out: str) -> None:
    """Ends in `{out}logits` and `{out}present...`."""
    embedding = w['decoder/embeddings/weight']
    count = g.op('Slice', g.op('Shape', 'input_ids'), g.ints(1), g.ints(2))
    past = g.op('Slice', g.op('Shape', 'past_key_values.0.decoder.key'), g.ints(2), g.ints(3)) if with_past else g.ints(0)
    end = g.op('Add', past, count)
    x = g.op('Gather', g.const(embedding), 'input_ids')
    x = g.op('Add', x, g.op('Slice', g.const(w['decoder/position_encodings/encodings']), past, end, g.ints(0)))
    one, zero = g.const(np.int64(1)), g.const(np.int64(0))
    at = g.op('Range', g.op('Squeeze', past), g.op('Squeeze', end), one)
    before = g.op('Range', zero, g.op('Squeeze', end), one)
    later = g.op('Greater', g.op('Unsqueeze', before, g.ints(0)), g.op('Unsqueeze', at, g.ints(1)))
    mask = g.op('Where', later, g.const(np.float32(-1e9)), g.const(np.float32(0)))
    for number in range(layers(w, 'decoder')):
        of = lambda name: w[f'decoder/layer_{number}/{name}']  # noqa: E731
        y = g.norm(x, of('self_attention/layer_norm/gamma'), of('self_attention/layer_norm/beta'))
        weight, bias = of('self_attention/linear_0/weight'), of('self_attention/linear_0/bias')
        q, k, v = (g.split(g.linear(y, weight[at_ : at_ + width], bias[at_ : at_ + width]), heads_of(width), 64) for at_ in (0, width, 2 * width))
        kept = {}
        for kind, new in (('key', k), ('value', v)):
            name = f'{out}present.{number}.decoder.{kind}'
            kept[kind] = g.op('Concat', f'past_key_values.{number}.decoder.{kind}', new, axis=2, out=name) if with_past else g.op('Identity', new, out=name)
        y = g.attention(q, kept['key'], kept['value'], width, mask)
        x = g.op('Add', x, g.linear(y, of('self_attention/linear_1/weight'), of('self_attention/linear_1/bias')))
        y = g.norm(x, of('attention/layer_norm/gamma'), of('attention/layer_norm/beta'))
        q = g.split(g.linear(y, of('attention/linear_0/weight'), of('attention/linear_0/bias')), heads_of(width), 64)
        weight, bias = of('attention/linear_1/weight'), of('attention/linear_1/bias')
        sound = {}
        for kind, from_ in (('key', 0), ('value', width)):
            sound[kind] = f'past_key_values.{number}.encoder.{kind}'
            if with_past:
                continue
            made = g.linear('encoder_hidden_states', weight[from_ : from_ + width], bias[from_ : from_ + width])
            sound[kind] = g.op('Identity', g.split(made, heads_of(width), 64), out=f'{out}present.{number}.encoder.{kind}')
        x = g.op('Add', x, g.linear(g.attention(q, sound['key'], sound['value'], width), of('attention/linear_2/weight'), of('attention/linear_2/bias')))
        x = g.op('Add', x, feed_forward(g, x, of))
    x = g.norm(x, w['decoder/layer_norm/gamma'], w['decoder/layer_norm/beta'])
    g.op('MatMul', x, g.const(embedding.T), out=f'{out}logits')


def model(g: Part, inputs, outputs) -> onnx.ModelProto:
    graph = helper.make_graph(g.nodes, 'whisper', inputs, outputs, list(g.weights.values()))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=9)


def values(w, width: int, prefix: str, length, parts=('decoder', 'encoder')):
    named = {'decoder': length, 'encoder': 'encoder_sequence_length'}
    return [
        tensor(f'{prefix}.{number}.{part}.{kind}', FLOAT, 'batch_size', heads_of(width), named[part], 64)
        for number in range(layers(w, 'decoder'))
        for part in parts
        for kind in ('key', 'value')
    ]


def decoders(w, width: int, split: bool) -> dict[str, onnx.ModelProto]:
    size = len(w['decoder/embeddings/weight'])
    ids = tensor('input_ids', INT64, 'batch_size', 'decoder_sequence_length')
    states = tensor('encoder_hidden_states', FLOAT, 'batch_size', 'encoder_sequence_length', width)
    logits = tensor('logits', FLOAT, 'batch_size', 'decoder_sequence_length', size)
    past, now = 'past_decoder_sequence_length', 'past_decoder_sequence_length + 1'
    if split:
        first, following = Part('f', {}), Part('n', {})
        decoder(first, w, width, False, '')
        decoder(following, w, width, True, '')
        return {
            'decoder_model': model(first, [ids, states], [logits, *values(w, width, 'present', 'decoder_sequence_length')]),
            'decoder_with_past_model': model(following, [ids, *values(w, width, 'past_key_values', past)], [logits, *values(w, width, 'present', now, ('decoder',))]),
        }
    weights = {}
    branches = {}
    outputs = [logits, *values(w, width, 'present', now)]
    for branch, with_past in (('then', True), ('else', False)):
        g = Part(branch, weights)
        decoder(g, w, width, with_past, f'{branch}_')
        if with_past:
            # What is known of the sound does not change: Optimum gives nothing for it here.
            for value in values(w, width, 'present', now, ('encoder',)):
                g.nodes.append(helper.make_node('Constant', [], [f'then_{value.name}'], value=numpy_helper.from_array(np.zeros((0, heads_of(width), 1, 64), np.float32))))
        named = [helper.make_tensor_value_info(f'{branch}_{each.name}', FLOAT, None) for each in outputs]
        branches[f'{branch}_branch'] = helper.make_graph(g.nodes, branch, [], named)
    merged = Part('m', weights)
    merged.nodes.append(helper.make_node('If', ['use_cache_branch'], [each.name for each in outputs], **branches))
    return {'decoder_model_merged': model(merged, [ids, states, *values(w, width, 'past_key_values', past), tensor('use_cache_branch', BOOL, 1)], outputs)}


def write_configs(folder: Path, out: Path, w, width: int, mels: int) -> None:
    words = vocabulary(folder)
    number = {word: at for at, word in enumerate(words)}
    about = json.loads((folder / 'config.json').read_text())
    end, start = number['<|endoftext|>'], number['<|startoftranscript|>']
    many = end != 50256
    tokens = {'eos_token_id': end, 'pad_token_id': end, 'decoder_start_token_id': start}
    config = {
        **{'model_type': 'whisper', 'architectures': ['WhisperForConditionalGeneration'], **tokens},
        **{'d_model': width, 'num_mel_bins': mels, 'vocab_size': len(w['decoder/embeddings/weight'])},
        **{f'{part}_layers': layers(w, part) for part in ('encoder', 'decoder')},
        **{f'{part}_attention_heads': heads_of(width) for part in ('encoder', 'decoder')},
        **{'max_source_positions': len(w['encoder/position_encodings/encodings']), 'max_target_positions': len(w['decoder/position_encodings/encodings'])},
    }
    generation = {
        **{'is_multilingual': many, 'max_length': 448, 'no_timestamps_token_id': number['<|notimestamps|>'], **tokens},
        **{'suppress_tokens': about['suppress_ids'], 'begin_suppress_tokens': about['suppress_ids_begin']},
        **({'lang_to_id': {f'<|{code}|>': number[f'<|{code}|>'] for code in LANGUAGES if f'<|{code}|>' in number}} if many else {}),
        **({'task_to_id': {name: number[f'<|{name}|>'] for name in ('transcribe', 'translate')}} if many else {}),
    }
    tokenizer = {
        'version': '1.0',
        'added_tokens': [{'id': at, 'content': word, 'special': True} for at, word in enumerate(words) if at >= end and word],
        'pre_tokenizer': {'type': 'ByteLevel', 'add_prefix_space': False},
        'decoder': {'type': 'ByteLevel'},
        'model': {'type': 'BPE', 'vocab': {word: at for at, word in enumerate(words[:end])}, 'merges': []},
    }
    preprocessor = {'feature_extractor_type': 'WhisperFeatureExtractor', 'feature_size': mels, 'sampling_rate': 16000, 'hop_length': 160, 'n_fft': 400, 'chunk_length': 30}
    for name, content in (('config', config), ('generation_config', generation), ('tokenizer', tokenizer), ('preprocessor_config', preprocessor)):
        (out / f'{name}.json').write_text(json.dumps(content, ensure_ascii=False), encoding='utf-8')


def main(folder: Path, out: Path, split: bool) -> None:
    w = read_weights(folder / 'model.bin')
    width, mels = w['encoder/position_encodings/encodings'].shape[1], w['encoder/conv1/weight'].shape[1]
    graphs = out / 'onnx'
    graphs.mkdir(parents=True, exist_ok=True)
    write_configs(folder, out, w, width, mels)
    for name, graph in {'encoder_model': encoder(w, width, mels), **decoders(w, width, split)}.items():
        full = graphs / f'{name}.onnx'
        onnx.save(graph, str(full))
        quantize_dynamic(str(full), str(graphs / f'{name}_quantized.onnx'), op_types_to_quantize=['MatMul'], weight_type=QuantType.QInt8, extra_options={'EnableSubgraph': True})
        full.unlink()


if __name__ == '__main__':
    arguments = [each for each in sys.argv[1:] if not each.startswith('--')]
    main(Path(arguments[0]), Path(arguments[1]), '--split' in sys.argv)
