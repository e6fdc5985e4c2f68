#!/usr/bin/env python3
"""Trains the two block models of `src/article` and writes their tables.

    train.py first  TRUTH_DIR ROWS SCORES [TABLE]     rows of the first model -> out-of-fold scores, table
    train.py second TRUTH_DIR ROWS SCORES [TABLE] --context CONTEXT.f32

See README.md. Needs numpy, lightgbm.
"""
import argparse, collections, json, os, re, struct, sys, unicodedata
import numpy as np, lightgbm as lgb

WORD = re.compile(r"\w+")
DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f\u1000-\u109f]")
MARKS = re.compile(r"[\u0610-\u061a\u0640\u064b-\u065f\u0670]")


def tokens(text):
    text = MARKS.sub("", unicodedata.normalize("NFKC", text or "")).casefold()
    return WORD.findall(DENSE.sub(lambda m: f" {m.group(0)} ", text))


def grams(words, n=4):
    return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]


def align(blocks, truth):
    """The share of each block that stands in the truth, in the truth's order."""
    where = collections.defaultdict(list)
    for at, gram in enumerate(grams(truth)):
        where[gram].append(at)
    share, place = np.zeros(len(blocks)), [None] * len(blocks)
    anchors = []
    for b, words in enumerate(blocks):
        own = grams(words)
        if len(words) < 7:
            continue
        hits = [g for g in own if g in where]
        share[b] = len(hits) / len(own)
        if share[b] >= 0.3:
            starts = collections.Counter()
            for i, g in enumerate(own):
                for at in where.get(g, [])[:20]:
                    starts[at - i] += 1
            anchors.append((b, [s for s, _ in starts.most_common(3)], len(hits), len(words)))
    # The heaviest chain of anchors in the truth's order: of two copies of a text one stays.
    # A step back of a few words is allowed; a block placed before is dropped.
    states = []
    for b, starts, weight, length in anchors:
        for s in starts:
            states.append((b, s, s + length, weight))
    best, back = [], []
    for i, (b, s, e, w) in enumerate(states):
        top, link = 0, -1
        for j in range(max(0, i - 600), i):
            if states[j][0] < b and states[j][2] <= s + 4 + 0.3 * (e - s) and best[j] > top:
                top, link = best[j], j
        best.append(top + w)
        back.append(link)
    chain = {}
    if best:
        i = int(np.argmax(best))
        while i >= 0:
            chain[states[i][0]] = states[i][1:3]
            i = back[i]
    for b, *_ in anchors:
        if b not in chain:
            # Out of order: kept unless the same words are placed elsewhere.
            starts = [a for a in anchors if a[0] == b][0][1]
            span = (starts[0], starts[0] + len(blocks[b]))
            taken = sum(max(0, min(e, span[1]) - max(s, span[0])) for s, e in chain.values())
            if taken > 0.5 * len(blocks[b]):
                share[b] = 0
            else:
                chain[b] = span
    # Short blocks: word for word between their neighbours.
    order = sorted(chain)
    import bisect
    last_end = 0
    for b, words in enumerate(blocks):
        if b in chain:
            last_end = chain[b][1]
            continue
        if len(words) >= 7 or not words:
            if len(words) >= 7 and share[b] < 0.3:
                share[b] = 0
            continue
        nxt = bisect.bisect_right(order, b)
        limit = chain[order[nxt]][0] if nxt < len(order) else (len(truth) if nxt else 0)
        if not order:
            limit = len(truth)
        limit = min(max(limit, last_end) + 3, last_end + 400)
        for at in range(max(0, last_end - 3), max(0, min(limit, len(truth)) - len(words) + 1)):
            if truth[at : at + len(words)] == words:
                share[b] = 1.0
                last_end = at + len(words)
                break
    return share


def snippet_labels(texts, yes, no):
    flat, starts = "", []
    for t in texts:
        starts.append(len(flat))
        flat += re.sub(r"\s+", " ", t) + " "
    starts = np.array(starts + [len(flat)])
    label = np.full(len(texts), -1.0)
    def mark(snippet, value):
        s = re.sub(r"\s+", " ", snippet).strip()
        if not s:
            return
        found = [m.start() for m in re.finditer(re.escape(s), flat)]
        if value and len(found) > 3:
            return
        for at in found[:20]:
            a, b = np.searchsorted(starts, at, "right") - 1, np.searchsorted(starts, at + len(s), "left")
            label[a:b] = value if value == 0 or len(found) == 1 or label[a] != 0 else label[a]
    for s in yes: mark(s, 1.0)
    for s in no: mark(s, 0.0)
    return label


def host(url, id_):
    m = re.match(r"https?://(?:www\d?\.)?([^/:]+)", url or "")
    if not m:
        return id_
    parts = m.group(1).lower().split(".")
    return ".".join(parts[-3:] if len(parts) > 2 and len(parts[-2]) <= 3 else parts[-2:])


class Data:
    def __init__(self, truth_dir, rows):
        self.pages, labels, weights, groups = [], [], [], []
        truth = {}
        for s in SETS:
            for line in open(f"{truth_dir}/{s}/truth.jsonl"):
                d = json.loads(line)
                truth[s, d["id"]] = d
        lines = [json.loads(l) for l in open(rows + ".jsonl")]
        names = [l.strip().split("\t") for l in open(rows + ".sets")]
        self.width = lines[0]["width"]
        cache = rows + ".labels.npy"
        cached = np.load(cache) if os.path.exists(cache) else None
        at = 0
        for (s, _), page in zip(names, lines):
            t = truth[s, page["id"]]
            texts = page["texts"]
            n = len(texts)
            blocks = [tokens(x) for x in texts]
            size = np.array([len(b) for b in blocks], float)
            if "text" in t:
                words = tokens(t["text"])
                label = cached[at : at + n] if cached is not None else align(blocks, words)
                w = (size + 1) / max(len(words), 60)
                w = np.minimum(w, 0.6)
                junk = w[label < 0.5].sum()
                w[label < 0.5] *= min(1.0, 3.0 / max(junk, 1e-9))
            else:
                label = cached[at : at + n] if cached is not None else snippet_labels(texts, t.get("with", []), t.get("without", []))
                w = np.where(label >= 0, 0.12, 0.0)
            self.pages.append((s, page["id"], at, at + n))
            labels.append(label)
            weights.append(w * SETS[s])
            groups.append(host(t.get("url"), page["id"]))
            at += n
        self.texts = [p["texts"] for p in lines]
        self.label = np.concatenate(labels)
        np.save(cache, self.label)
        y = self.label
        self.y = np.where(y > 0.85, 1.0, np.where(y < 0.15, 0.0, y))
        self.w = np.concatenate(weights)
        folds = {g: int.from_bytes(__import__("hashlib").md5(g.encode()).digest()[:4], "big") % FOLDS for g in set(groups)}
        self.fold = np.zeros(at, int)
        for (s, i, a, b), g in zip(self.pages, groups):
            self.fold[a:b] = folds[g]


SETS = json.loads(os.environ["BLOCK_SETS"])  # weight of each set of pages, e.g. {"news": 1.0}
FOLDS = 6


def params(stage):
    return dict(objective="cross_entropy", learning_rate=0.09 if stage == 1 else 0.08, num_leaves=20, min_data_in_leaf=120,
                min_sum_hessian_in_leaf=0.05, feature_fraction=0.35, bagging_fraction=0.7, bagging_freq=1, lambda_l2=2.0,
                max_bin=127, verbosity=-1, num_threads=2, seed=7, deterministic=True, force_row_wise=True)


def fit(x, y, w, stage, rounds):
    return lgb.train(params(stage), lgb.Dataset(x, y, weight=w, params={"max_bin": 127}), rounds)


def write_table(model, width, path):
    dump = model.dump_model()
    out = struct.pack("<4sHHf", b"RBT1", width, len(dump["tree_info"]), 0.0)
    for info in dump["tree_info"]:
        nodes, leaves = [], []
        def walk(node):
            if "leaf_value" in node:
                leaves.append(node["leaf_value"])
                return -len(leaves)
            at = len(nodes)
            nodes.append(None)
            left = walk(node["left_child"])
            right = walk(node["right_child"])
            nodes[at] = (node["split_feature"], float(node["threshold"]), left, right)
            return at
        walk(info["tree_structure"])
        out += struct.pack("<H", len(nodes))
        for f, t, l, r in nodes:
            t = np.float32(t)
            out += struct.pack("<Hfhh", f, t, l, r)
        out += struct.pack("<H", len(leaves)) + struct.pack(f"<{len(leaves)}f", *leaves)
    open(path, "wb").write(out)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("stage", choices=["first", "second"])
    ap.add_argument("truth"), ap.add_argument("rows"), ap.add_argument("scores"), ap.add_argument("table", nargs="?")
    ap.add_argument("--context"), ap.add_argument("--rounds", type=int, default=100)
    a = ap.parse_args()
    d = Data(a.truth, a.rows)
    stage = 1 if a.stage == "first" else 2
    values = np.fromfile(a.context if stage == 2 else a.rows + ".f32", np.float32)
    x = values.reshape(len(d.y), -1)
    oof = np.zeros(len(d.y), np.float32)
    use = d.w > 0
    for k in range(FOLDS):
        m = fit(x[use & (d.fold != k)], d.y[use & (d.fold != k)], d.w[use & (d.fold != k)], stage, a.rounds)
        oof[d.fold == k] = m.predict(x[d.fold == k])
    eps = 1e-6
    p = np.clip(oof, eps, 1 - eps)
    loss = -(d.w * (d.y * np.log(p) + (1 - d.y) * np.log(1 - p))).sum() / d.w.sum()
    print(f"{a.stage}: rows {len(d.y)} width {x.shape[1]} out-of-fold log loss {loss:.5f}", file=sys.stderr)
    oof.tofile(a.scores)
    if a.table:
        m = fit(x[use], d.y[use], d.w[use], stage, a.rounds)
        write_table(m, x.shape[1], a.table)
        gain = sorted(zip(m.feature_importance("gain"), range(x.shape[1])), reverse=True)
        print("top features", [(i, round(g)) for g, i in gain[:25]], file=sys.stderr)
        print("unused", [i for g, i in gain if g == 0], file=sys.stderr)


if __name__ == "__main__":
    main()
