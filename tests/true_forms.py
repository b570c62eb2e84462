"""Pretrained models in the forms in which they are published, with few and random weights."""

import json
import os

import open_clip
import torch
from safetensors.torch import save_file
from small import tiny_clip
from torchvision.models import resnet18

BIOMEDCLIP = "microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224"
BIOMEDBERT = "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "this", "is", "photo", "of", "image"]
WORDS += ["chart", "electro", "##graphy", "endoscopy", "medical", "photograph", "radiology", "an"]
WORDS += ["ophthalmic", "imaging", "patient", ".", ":", "##s"]


def tiny_openai_clip(folder, seed=1):
    """What the hub has of OpenAI's CLIP: a configuration with QuickGELU, safetensors."""
    tiny_clip(folder)
    path = folder / "open_clip_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["model_cfg"]["quick_gelu"] = True
    path.write_text(json.dumps(config), encoding="utf-8")
    torch.manual_seed(seed)
    model = open_clip.create_model(f"local-dir:{folder}", load_weights=False)
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    return folder


def bert_config():
    """BiomedBERT's config.json, of two layers."""
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    sizes |= {"intermediate_size": 64, "max_position_embeddings": 256, "type_vocab_size": 2}
    return {
        "architectures": ["BertForMaskedLM"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
        "vocab_size": len(WORDS),
        **sizes,
    }


def tiny_biomedclip(folder, seed=1):
    """What the hub has of BiomedCLIP: a pickle, WordPiece, context 256; and no config.json."""
    from tokenizers import BertWordPieceTokenizer

    text = {
        "hf_model_name": BIOMEDBERT,
        "hf_tokenizer_name": BIOMEDBERT,
        "hf_proj_type": "mlp",
        "hf_pooler_type": "cls_last_hidden_state_pooler",
        "context_length": 256,
    }
    vision = {"timm_model_name": "test_vit", "timm_model_pretrained": False, "timm_pool": ""}
    vision |= {"timm_proj": "linear", "image_size": 32}
    config = {
        "model_cfg": {"embed_dim": 16, "vision_cfg": vision, "text_cfg": text},
        "preprocess_cfg": {
            "mean": [0.48145466, 0.4578275, 0.40821073],
            "std": [0.26862954, 0.26130258, 0.27577711],
        },
    }
    folder.mkdir(parents=True)
    special = {"cls": "[CLS]", "mask": "[MASK]", "pad": "[PAD]", "sep": "[SEP]", "unk": "[UNK]"}
    tables = {
        "open_clip_config.json": config,
        "tokenizer_config.json": {"do_lower_case": True, "tokenizer_class": "BertTokenizer"},
        "special_tokens_map.json": {f"{name}_token": word for name, word in special.items()},
    }
    for name, content in tables.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True).save(
        str(folder / "tokenizer.json")
    )
    torch.manual_seed(seed)
    bert = folder.parent / f"{folder.name}-bert"
    bert.mkdir()
    (bert / "config.json").write_text(json.dumps(bert_config()), encoding="utf-8")
    model = open_clip.create_model(
        f"local-dir:{folder}",
        load_weights=False,
        pretrained_text=False,
        text_cfg=text | {"hf_model_name": os.fspath(bert), "hf_model_pretrained": False},
    )
    weights = dict(model.state_dict())
    # Saved by an older transformers, which had these positions among the weights.
    weights["text.transformer.embeddings.position_ids"] = torch.arange(256)[None]
    torch.save(weights, folder / "open_clip_pytorch_model.bin")
    return folder


def published_resnet18(path, seed=3):
    """torchvision's file: a pickled state dict, the classifier on top included."""
    torch.manual_seed(seed)
    torch.save(resnet18().state_dict(), path)
    return path


class Code:
    """What a pickle with code looks like: unpickling calls a function."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return (open, (self.target, "w"))
