"""What other people's clients make of our topics: one topic per producer and codec, written by `genesis run`, read
read_committed by kcat (librdkafka), confluent-kafka, kafka-python and Kafka's own console consumer, and decoded by fastavro
with the schema that the registry has for the id in the record. Prints a table; exit status 0 if all of them agree with
the stream. See README.md.
"""

import argparse
import datetime
import decimal
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request
import uuid

import fastavro
from confluent_kafka import Consumer, TopicPartition
from kafka import KafkaConsumer
from kafka import TopicPartition as PythonPartition

ROOT = pathlib.Path(__file__).resolve().parents[2]
GENESIS = ["node", str(ROOT / "dist/cli/main.js")]
MODEL = ROOT / "models/customers.json"
PARTITIONS = 2
SEPARATOR = b"=KEY-ENDS="
CASES = [("wire", codec) for codec in ("none", "gzip", "snappy", "lz4", "zstd")] + [
    ("kafkajs", "none"),
    ("kafkajs", "gzip"),
]


def write(topic, client, codec, records, brokers, folder):
    connector = {
        "name": topic,
        "model": str(MODEL),
        "topic": topic,
        "topic_creation": {"partitions": PARTITIONS},
        "key": "id",
        "value": {"format": "avro"},
        "producer": {"client": client},
        "compression": codec,
        "transaction": {"interval": "20ms"},
        "throughput": {"max_records": records},
        "seed": 7,
    }
    file = folder / f"{topic}.json"
    file.write_text(json.dumps(connector))
    run = [*GENESIS, "run", str(file), "--log-level", "error"]
    subprocess.run(run, check=True, env={**os.environ, "KAFKA_BROKERS": brokers})


def expected(records):
    stream = [*GENESIS, "stream", str(MODEL), "--seed", "7", "--max-records", str(records)]
    lines = subprocess.run(stream, check=True, capture_output=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


# Every reader: a list of (key, value) per partition, in the order of the offsets.


def by_kcat(brokers, topic):
    command = ["kcat", "-C", "-b", brokers, "-t", topic, "-e", "-q", "-o", "beginning"]
    command += ["-X", "isolation.level=read_committed", "-X", "check.crcs=true", "-f", "%p %K %S %k%s\n"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    found = [[] for _ in range(PARTITIONS)]
    at = 0
    while at < len(data):
        partition, key, value, rest = data[at : at + 60].split(b" ", 3)
        at += len(partition) + len(key) + len(value) + 3
        end = at + int(key) + int(value)
        found[int(partition)].append((data[at : at + int(key)], data[at + int(key) : end]))
        at = end + 1
    return found


def by_confluent(brokers, topic):
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": uuid.uuid4().hex,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
            "check.crcs": True,
        }
    )
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
    found = [[] for _ in range(PARTITIONS)]
    ended = set()
    while len(ended) < PARTITIONS:
        message = consumer.poll(10)
        if message is None:
            break
        if message.error() is None:
            found[message.partition()].append((message.key(), message.value()))
        else:
            ended.add(message.partition())
    consumer.close()
    return found


def by_kafka_python(brokers, topic):
    consumer = KafkaConsumer(
        bootstrap_servers=brokers, isolation_level="read_committed", check_crcs=True, consumer_timeout_ms=5000
    )
    partitions = [PythonPartition(topic, partition) for partition in range(PARTITIONS)]
    consumer.assign(partitions)
    consumer.seek_to_beginning()
    ends = consumer.end_offsets(partitions)
    found = [[] for _ in range(PARTITIONS)]
    while any(consumer.position(one) < ends[one] for one in partitions):
        for one, records in consumer.poll(timeout_ms=5000).items():
            found[one.partition] += [(record.key, record.value) for record in records]
    consumer.close()
    return found


def java(name, *arguments):
    """One of Kafka's own tools, from the jars that `scripts/stack/maven.ts` has downloaded."""
    jars = next((ROOT / "build/stack").glob("kafka-*"))
    return subprocess.run(["java", "-cp", f"{jars}/*", name, *arguments], check=True, capture_output=True)


def java_digests(brokers, topic, counts):
    """Of the console consumer's output, whose records have separators between them, not lengths."""
    for partition, count in enumerate(counts):
        where = ["--bootstrap-server", brokers, "--topic", topic, "--partition", str(partition), "--offset", "earliest"]
        what = ["--isolation-level", "read_committed", "--max-messages", str(count), "--timeout-ms", "30000"]
        form = ["--formatter-property", "print.key=true", "--formatter-property", f"key.separator={SEPARATOR.decode()}"]
        consumed = java("org.apache.kafka.tools.consumer.ConsoleConsumer", *where, *what, *form)
        yield hashlib.sha256(consumed.stdout).hexdigest()


def dump_log(topic):
    """kafka-dump-log on every segment of the topic: the number of batches if all are valid, else None."""
    segments = pathlib.Path(tempfile.gettempdir()).glob(f"genesis-kafka-*/log/{topic}-*/*.log")
    dumped = java("kafka.tools.DumpLogSegments", "--deep-iteration", "--files", ",".join(map(str, segments)))
    said = dumped.stdout.decode(errors="replace")
    valid, invalid = (len(re.findall(f"isvalid: {word}", said)) for word in ("true", "false"))
    return valid if valid > 0 and invalid == 0 and b"Invalid" not in dumped.stderr else None


def plain(value):
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return float(value) if isinstance(value, decimal.Decimal) else value


class Decoder:
    def __init__(self, registry):
        self.registry = registry
        self.schemas = {}

    def __call__(self, value):
        identity = int.from_bytes(value[1:5], "big")
        if identity not in self.schemas:
            with urllib.request.urlopen(f"{self.registry}/schemas/ids/{identity}") as answer:
                self.schemas[identity] = fastavro.parse_schema(json.loads(json.load(answer)["schema"]))
        return plain(fastavro.schemaless_reader(io.BytesIO(value[5:]), self.schemas[identity]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--brokers", default=os.environ.get("KAFKA_BROKERS"))
    parser.add_argument("--registry", default=os.environ.get("SCHEMA_REGISTRY_URL"))
    options = parser.parse_args()
    rows = expected(options.records)
    decode = Decoder(options.registry)
    wrong = 0
    print("| producer | codec | records | kcat | confluent-kafka | kafka-python | console consumer | kafka-dump-log | fastavro |")
    print("| --- | --- | ---: | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for client, codec in CASES:
            topic = f"interop-{client}-{codec}-{uuid.uuid4().hex[:8]}"
            write(topic, client, codec, options.records, options.brokers, pathlib.Path(folder))
            read = by_confluent(options.brokers, topic)
            decoded = [decode(value) for partition in read for _, value in partition]
            ours = [
                hashlib.sha256(b"".join(key + SEPARATOR + value + b"\n" for key, value in partition)).hexdigest()
                for partition in read
            ]
            in_order = all(
                ids == sorted(ids) for ids in ([decode(value)["id"] for _, value in partition] for partition in read)
            )
            console = list(java_digests(options.brokers, topic, [len(one) for one in read]))
            batches = dump_log(topic)
            checks = [
                by_kcat(options.brokers, topic) == read,
                in_order and sum(len(one) for one in read) == options.records,
                by_kafka_python(options.brokers, topic) == read,
                console == ours,
                batches is not None,
                sorted(decoded, key=lambda row: row["id"]) == rows,
            ]
            wrong += checks.count(False)
            said = ["agrees" if check else "DIFFERS" for check in checks]
            said[4] = f"{batches} batches valid" if checks[4] else "INVALID"
            print(f"| {' | '.join([client, codec, str(options.records), *said])} |", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
