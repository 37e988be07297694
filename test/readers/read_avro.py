"""Reads Avro values of the registry's wire format with fastavro: `python read_avro.py REGISTRY FOLDER`. Each file avro.NAME.values in the
folder (a value: its length in 4 bytes, and its bytes) becomes avro.NAME.fastavro, a line of JSON for each value.
"""

import datetime
import io
import json
import pathlib
import sys
import urllib.request

import fastavro


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    raise TypeError(f"a {type(value)}")


def main():
    registry, folder = sys.argv[1:]
    schemas = {}
    for file in pathlib.Path(folder).glob("avro.*.values"):
        data = io.BytesIO(file.read_bytes())
        with file.with_suffix(".fastavro").open("w") as output:
            while length := data.read(4):
                value = data.read(int.from_bytes(length, "big"))
                identity = int.from_bytes(value[1:5], "big")
                if identity not in schemas:
                    with urllib.request.urlopen(f"{registry}/schemas/ids/{identity}") as answer:
                        schemas[identity] = fastavro.parse_schema(json.loads(json.load(answer)["schema"]))
                row = fastavro.schemaless_reader(io.BytesIO(value[5:]), schemas[identity])
                output.write(json.dumps(row, default=plain) + "\n")


if __name__ == "__main__":
    main()
