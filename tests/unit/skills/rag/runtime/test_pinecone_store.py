"""Pinecone as the store, by its real client against a local server that fails as told."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pinecone_server import KEY, PATHS, Faults, PineconeServer, serving

from skills.rag.runtime.vector_stores import Access, FaissStore, Floats, PineconeStore, StoreError
from skills.rag.runtime.vector_stores import pinecone_client as client
from skills.rag.runtime.vector_stores import pinecone_store as stores

DIM = 8
K = 12


def vectors_of(seed: int, count: int = 250) -> Floats:
    made = np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def access_to(server: PineconeServer, key: str = KEY, timeout_s: float = 10.0) -> Access:
    return Access(key, server.url, "", "neo-test", timeout_s, pause_s=0.0)


def store_at(server: PineconeServer, vectors: Floats) -> PineconeStore:
    store = PineconeStore(vectors.shape[1], access_to(server))
    store.add(vectors)
    return store


def held(server: PineconeServer, store: PineconeStore) -> dict[str, list[float]]:
    """What the index holds, by the client's own fetch, in peace."""
    server.faults = Faults()
    calls, found = client.remote(access_to(server)), {}
    names = sorted(calls.ids(store.namespace))
    for start in range(0, len(names), 100):
        found.update(calls.fetch(store.namespace, names[start : start + 100]))
    return found


@pytest.fixture
def server() -> Iterator[PineconeServer]:
    with serving(DIM) as one:
        yield one


@pytest.mark.parametrize("seed", range(6))
def test_after_a_fifth_of_all_calls_failed_the_index_equals_a_clean_build(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "MOST_A_BATCH", 10)
    vectors, queries = vectors_of(seed), vectors_of(seed + 100, 40)
    faults = Faults(0.2, ("busy", "down", "half", "short"), seed)
    with serving(DIM, faults) as failing, serving(DIM) as clean:
        built, expected = store_at(failing, vectors), store_at(clean, vectors)
        scores, ids = built.search(queries, K)
        expected.complete()
        assert faults.happened.total() > 3
        assert held(failing, built) == held(clean, expected)
        assert held(clean, expected) == {str(row): vector.tolist() for row, vector in enumerate(vectors)}
        assert built.namespace == expected.namespace and list(failing.namespaces) == [built.namespace]
    exact = FaissStore(DIM)
    exact.add(vectors)
    exact_scores, exact_ids = exact.search(queries, K)
    assert ids.tolist() == exact_ids.tolist()
    assert scores == pytest.approx(exact_scores, abs=1e-5)


@pytest.mark.parametrize("kind", ["busy", "down", "half", "short", "cut"])
def test_each_fault_alone_is_overcome(kind: str) -> None:
    vectors = vectors_of(1)
    with serving(DIM, Faults(1.0, (kind,), most=1)) as server:
        store = store_at(server, vectors)
        store.complete()
        assert server.faults.happened[kind] == 1
        assert held(server, store) == {str(row): vector.tolist() for row, vector in enumerate(vectors)}


def test_half_an_index_is_completed_and_what_does_not_belong_there_goes(server: PineconeServer) -> None:
    vectors = vectors_of(2)
    store_at(server, vectors).complete()
    namespace = server.namespaces[store_at(server, vectors).namespace]
    for row in range(0, 250, 2):
        del namespace[str(row)]
    namespace["stranger"] = vectors[0]
    server.bodies.clear()
    again = store_at(server, vectors)
    again.complete()
    assert held(server, again) == {str(row): vector.tolist() for row, vector in enumerate(vectors)}
    sent = {one["id"] for body in server.bodies for one in body.get("vectors", ())}
    assert sent == {str(row) for row in range(0, 250, 2)}


def test_what_is_there_is_not_sent_again_and_other_vectors_go_elsewhere(server: PineconeServer) -> None:
    first = store_at(server, vectors_of(3))
    first.complete()
    server.asked.clear()
    store_at(server, vectors_of(3)).search(vectors_of(4, 1), K)
    assert server.asked == ["/describe_index_stats", "/query"]
    store_at(server, vectors_of(4)).complete()
    assert len(server.namespaces) == 2


def test_a_namespace_that_was_emptied_or_changed_meanwhile_is_written_again(server: PineconeServer) -> None:
    vectors = vectors_of(5, 40)
    store = store_at(server, vectors)
    before = store.search(vectors[:3], 40)[1].tolist()
    server.namespaces.clear()
    assert store.search(vectors[:3], 40)[1].tolist() == before
    held_now = server.namespaces[store.namespace]
    held_now["stranger"] = held_now.pop("7")  # the count is right
    assert store.search(vectors[:3], 40)[1].tolist() == before


def test_queries_wait_until_the_index_has_taken_in_what_was_written(server: PineconeServer) -> None:
    server.lag = 3
    store_at(server, vectors_of(6)).search(vectors_of(7, 1), K)
    assert server.asked.count("/query") == 4  # two that saw too little, one that saw all, and the question's


def test_no_text_and_no_metadata_is_sent(server: PineconeServer) -> None:
    store_at(server, vectors_of(8)).search(vectors_of(9, 2), K)
    sent = [one for body in server.bodies for one in body.get("vectors", ())]
    assert sent and all(set(one) == {"id", "values"} and one["id"].isdigit() for one in sent)


def test_vectors_and_questions_without_words_are_never_sent(server: PineconeServer) -> None:
    vectors = vectors_of(10, 5)
    vectors[2] = 0
    store = store_at(server, vectors)
    scores, ids = store.search(np.stack([vectors[1], vectors[2]]), 5)
    assert sorted(ids[0].tolist()) == [-1, 0, 1, 3, 4] and ids[0][0] == 1 and ids[0][-1] == -1
    assert scores[1].tolist() == [0.0] * 5
    assert store.rows(np.array([2])).tolist() == [[0.0] * DIM]


def test_a_saved_store_opens_anywhere_and_brings_back_what_the_index_lost(
    server: PineconeServer, tmp_path: Path
) -> None:
    vectors = vectors_of(11)
    store = store_at(server, vectors)
    store.save(tmp_path / "vectors.bin")
    assert len(server.namespaces[store.namespace]) == 250
    server.namespaces.clear()
    opened = PineconeStore.load(tmp_path / "vectors.bin", access_to(server))
    assert opened.search(vectors[:2], K)[1].tolist() == store.search(vectors[:2], K)[1].tolist()
    assert opened.namespace == store.namespace
    assert KEY.encode() not in (tmp_path / "vectors.bin").read_bytes()


def test_large_vectors_go_in_smaller_batches() -> None:
    vectors = np.random.default_rng(1).normal(size=(60, 1536)).astype(np.float32)
    with serving(1536) as server:
        store_at(server, vectors).complete()
        sizes = [len(body["vectors"]) for body in server.bodies if "vectors" in body]
    assert sum(sizes) == 60 and max(sizes) * 1536 * stores.NUMBER_BYTES <= stores.BATCH_BYTES


@pytest.mark.parametrize("retry_after", ["0", None, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_an_index_that_stays_down_is_given_up_after_so_many_tries(
    retry_after: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with serving(DIM, Faults(1.0, ("down",), retry_after=retry_after)) as server:
        with pytest.raises(StoreError, match="cannot serve now"):
            store_at(server, vectors_of(1)).complete()
        assert len(server.asked) == 4 * client.CALLS  # the client's own tries, and as many rounds


def test_retry_after_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    with serving(DIM, Faults(1.0, ("busy",), retry_after="7", most=4)) as server:
        store_at(server, vectors_of(1, 20)).complete()
    assert (
        len([wait for wait in waits if 7 <= wait <= 10.5]) == 4
    )  # three of the client's, which adds a little, one ours


def test_an_index_that_loses_what_it_takes_is_given_up_with_a_count(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(DIM) as server:
        monkeypatch.setitem(PATHS, "/vectors/upsert", lambda *_: (200, {"upsertedCount": 1}))
        with pytest.raises(StoreError, match=r"After 8 rounds 0 of 20 were in the namespace neo-test-"):
            store_at(server, vectors_of(1, 20)).complete()


def test_a_slow_index_is_given_up_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with serving(DIM, Faults(1.0, ("slow",), delay_s=60.0)) as server:
        store = PineconeStore(DIM, access_to(server, timeout_s=0.05))
        store.add(vectors_of(1, 3))
        with pytest.raises(StoreError, match="did not answer in time"):
            store.complete()


def test_a_bad_key_is_told_in_words_and_never_shown(server: PineconeServer) -> None:
    access = access_to(server, key="pcsk_wrong_key")
    store = PineconeStore(DIM, access)
    store.add(vectors_of(1, 3))
    with pytest.raises(StoreError, match=r"Pinecone refused the key .*Invalid API Key.*Set PINECONE_API_KEY") as told:
        store.complete()
    assert "pcsk_wrong_key" not in f"{told.value} {access!r}"
    assert str(pickle.loads(pickle.dumps(told.value))) == str(told.value)
    assert server.asked == []


def test_a_key_that_is_refused_while_vectors_are_written_is_told_at_once(
    server: PineconeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PATHS, "/vectors/upsert", lambda *_: (403, {"message": "Forbidden here"}))
    with pytest.raises(StoreError, match=r"refused the key .*Forbidden here"):
        store_at(server, vectors_of(1, 3)).complete()
    assert server.asked.count("/vectors/upsert") == 1


@pytest.mark.parametrize(("dim", "metric"), [(384, "dotproduct"), (DIM, "euclidean")])
def test_an_index_for_other_vectors_is_told_before_anything_is_sent(dim: int, metric: str) -> None:
    with serving(dim) as server:
        server.metric = metric
        with pytest.raises(StoreError, match=f"does not fit these vectors.* of {dim} numbers by {metric}.*dimension 8"):
            store_at(server, vectors_of(1, 3)).complete()
        assert "/vectors/upsert" not in server.asked


@pytest.mark.parametrize("access", [None, Access("")])
def test_without_a_key_there_is_no_store(access: Access | None) -> None:
    with pytest.raises(StoreError, match=r"No key is set\. Set PINECONE_API_KEY"):
        PineconeStore(DIM, access)


def test_without_the_client_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "has_pinecone", lambda: False)
    with pytest.raises(StoreError, match=r"neo-engineer\[pinecone\]"):
        client.Remote(Access(KEY, "http://127.0.0.1:9"))


def test_an_index_is_found_by_its_name(server: PineconeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINECONE_CONTROLLER_HOST", server.url)
    store = PineconeStore(DIM, Access(KEY, index="neo", scope="by-name", pause_s=0.0))
    store.add(vectors_of(1, 3))
    store.complete()
    assert server.asked[0] == "/indexes/neo" and len(server.namespaces[store.namespace]) == 3
    with pytest.raises(StoreError, match=r"Pinecone has nothing at the index 'other'.*Set PINECONE_INDEX"):
        client.Remote(Access(KEY, index="other"))


def test_nobody_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    store = PineconeStore(DIM, Access(KEY, "http://127.0.0.1:9", pause_s=0.0))
    store.add(vectors_of(1, 3))
    with pytest.raises(StoreError, match=r"cannot be reached at http://127\.0\.0\.1:9"):
        store.complete()
