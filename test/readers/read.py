"""Reads values of the registry's wire format: Avro with fastavro, Protobuf with Google's protoc and library. `python read.py REGISTRY FOLDER`:
each file FORMAT.NAME.values in the folder (a value: its length in 4 bytes, and its bytes) becomes FORMAT.NAME.python, a line of JSON for
each value, and of Protobuf also FORMAT.NAME.files, protoc's FileDescriptorSet.
"""

import datetime
import io
import json
import pathlib
import subprocess
import sys
import urllib.request

import fastavro
import grpc_tools
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


class Registry:
    def __init__(self, url):
        self.url = url

    def schema(self, identity):
        with urllib.request.urlopen(f"{self.url}/schemas/ids/{identity}") as answer:
            return json.load(answer)["schema"]


def values_in(file):
    data = io.BytesIO(file.read_bytes())
    while length := data.read(4):
        yield data.read(int.from_bytes(length, "big"))


def avro_reader(text):
    schema = fastavro.parse_schema(json.loads(text))
    return lambda value: fastavro.schemaless_reader(io.BytesIO(value), schema)


def protobuf_reader(text, file):
    source = file.with_suffix(".proto")
    source.write_text(text)
    known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    output = file.with_suffix(".files")
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{source.parent}", f"-I{known}"]
    subprocess.run([*protoc, "--include_imports", f"--descriptor_set_out={output}", source.name], check=True)
    files = descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes()).file
    pool = descriptor_pool.DescriptorPool()
    for one in files:
        pool.Add(one)
    messages = [pool.FindMessageTypeByName(f"{files[-1].package}.{one.name}") for one in files[-1].message_type]

    def read(value):
        data = io.BytesIO(value)
        count = varint(data)
        indexes = [varint(data) for _ in range(count)] or [0]
        found = messages[indexes[0]]
        for index in indexes[1:]:
            found = found.nested_types[index]
        return of_message(message_factory.GetMessageClass(found).FromString(data.read()))

    return read


def varint(data):
    """Zigzag, as Confluent's message indexes are."""
    value, shift = 0, 0
    while True:
        byte = data.read(1)[0]
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return (value >> 1) ^ -(value & 1)


def of_message(message):
    """What is set, and what has no presence."""
    if message.DESCRIPTOR.full_name == "google.protobuf.Timestamp":
        return message.ToDatetime(datetime.timezone.utc)
    found = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.has_presence and not message.HasField(field.name):
            continue
        entry = field.message_type if field.message_type and field.message_type.GetOptions().map_entry else None
        if entry:
            found[field.name] = {key: of_value(value[key], entry.fields_by_name["value"]) for key in value}
        elif field.is_repeated:
            found[field.name] = [of_value(item, field) for item in value]
        else:
            found[field.name] = of_value(value, field)
    return found


def of_value(value, field):
    if field.message_type:
        return of_message(value)
    return field.enum_type.values_by_number[value].name if field.enum_type else value


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise TypeError(f"a {type(value)}")


def main():
    url, folder = sys.argv[1:]
    registry = Registry(url)
    for file in pathlib.Path(folder).glob("*.values"):
        kind = file.name.split(".")[0]
        if kind not in ("avro", "protobuf"):
            continue
        read = None
        with file.with_suffix(".python").open("w") as output:
            for value in values_in(file):
                if read is None:
                    text = registry.schema(int.from_bytes(value[1:5], "big"))
                    read = avro_reader(text) if kind == "avro" else protobuf_reader(text, file)
                output.write(json.dumps(read(value[5:]), default=plain) + "\n")


if __name__ == "__main__":
    main()
