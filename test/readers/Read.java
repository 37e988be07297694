import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import io.apicurio.registry.serde.jsonschema.JsonSchemaKafkaDeserializer;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads values of the registry's wire format with Apicurio's deserializers: `java -cp 'jars/*' Read.java REGISTRY FOLDER`. Each file
 * FORMAT.NAME.values in the folder (a value: its length in 4 bytes, and its bytes) becomes FORMAT.NAME.java, a line of JSON for each value.
 * Apicurio's deserializer of Protobuf does not read Confluent's message indexes: messages are read by protobuf-java with the descriptors that
 * protoc has put into FORMAT.NAME.files.
 */
public class Read {
  private static final ObjectMapper json = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    Map<String, Object> settings =
        Map.of(
            "apicurio.registry.url", URI.create(arguments[0]).resolve("/apis/registry/v2").toString(),
            "apicurio.registry.as-confluent", true,
            "apicurio.registry.use-id", "contentId",
            "apicurio.registry.serde.validation-enabled", true);
    Map<String, Deserializer<?>> deserializers =
        Map.of(
            "avro", new AvroKafkaDeserializer<Object>(),
            "json-schema", new JsonSchemaKafkaDeserializer<JsonNode>());
    deserializers.values().forEach(one -> one.configure(settings, false));
    List<Path> files;
    try (var found = Files.list(Path.of(arguments[1]))) {
      files = found.filter(file -> file.toString().endsWith(".values")).sorted().toList();
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      String format = name.substring(0, name.indexOf('.'));
      FileDescriptor messages = format.equals("protobuf") ? fileOf(sibling(file, "files")) : null;
      try (var input = new DataInputStream(Files.newInputStream(file));
          var lines = new PrintWriter(Files.newBufferedWriter(sibling(file, "java")))) {
        while (input.available() > 0) {
          byte[] value = input.readNBytes(input.readInt());
          Object read = messages == null ? deserializers.get(format).deserialize("topic", value) : messageOf(value, messages);
          lines.println(json.writeValueAsString(plain(read)));
        }
      }
    }
  }

  private static Path sibling(Path file, String extension) {
    return file.resolveSibling(file.getFileName().toString().replaceAll("values$", extension));
  }

  /** A message after Confluent's message indexes, by the descriptors that protoc has made of its file. */
  private static Message messageOf(byte[] data, FileDescriptor file) throws IOException {
    CodedInputStream input = CodedInputStream.newInstance(data, 5, data.length - 5);
    int count = input.readSInt32();
    Descriptor type = file.getMessageTypes().get(count == 0 ? 0 : input.readSInt32());
    for (int depth = 1; depth < count; depth++) type = type.getNestedTypes().get(input.readSInt32());
    return DynamicMessage.parseFrom(type, input);
  }

  /** The file of a set that the others are there for: the last one. */
  private static FileDescriptor fileOf(Path set) throws IOException, DescriptorValidationException {
    Map<String, FileDescriptor> files = new HashMap<>();
    FileDescriptor last = null;
    for (FileDescriptorProto file : FileDescriptorSet.parseFrom(Files.readAllBytes(set)).getFileList()) {
      FileDescriptor[] imports = file.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new);
      last = FileDescriptor.buildFrom(file, imports);
      files.put(file.getName(), last);
    }
    return last;
  }

  private static Object plain(Object value) {
    if (value instanceof JsonNode || value == null) return value;
    if (value instanceof Message message) return ofMessage(message);
    if (value instanceof IndexedRecord record) return ofAvro(record, record.getSchema());
    throw new IllegalArgumentException("a " + value.getClass());
  }

  private static Object ofAvro(Object value, Schema schema) {
    switch (schema.getType()) {
      case UNION:
        return ofAvro(value, schema.getTypes().get(GenericData.get().resolveUnion(schema, value)));
      case RECORD:
        Map<String, Object> fields = new LinkedHashMap<>();
        for (var field : schema.getFields())
          fields.put(field.name(), ofAvro(((IndexedRecord) value).get(field.pos()), field.schema()));
        return fields;
      case ARRAY:
        List<Object> items = new ArrayList<>();
        for (Object item : (List<?>) value) items.add(ofAvro(item, schema.getElementType()));
        return items;
      case MAP:
        Map<String, Object> entries = new LinkedHashMap<>();
        ((Map<?, ?>) value).forEach((key, entry) -> entries.put(key.toString(), ofAvro(entry, schema.getValueType())));
        return entries;
      case LONG:
        boolean isTime = "timestamp-millis".equals(schema.getProp("logicalType"));
        return isTime ? Instant.ofEpochMilli((Long) value).toString() : value;
      case STRING, ENUM:
        return value.toString();
      default:
        return value;
    }
  }

  /** Fields that are absent, and lists and maps without items, are left out. */
  private static Object ofMessage(Message message) {
    var type = message.getDescriptorForType();
    if (type.getFullName().equals("google.protobuf.Timestamp")) {
      long seconds = (Long) message.getField(type.findFieldByName("seconds"));
      int nanos = (Integer) message.getField(type.findFieldByName("nanos"));
      return Instant.ofEpochSecond(seconds, nanos).toString();
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    for (FieldDescriptor field : type.getFields()) {
      if (field.isRepeated() ? message.getRepeatedFieldCount(field) == 0 : field.hasPresence() && !message.hasField(field))
        continue;
      fields.put(field.getName(), field.isRepeated() ? ofList(field, (List<?>) message.getField(field)) : ofValue(message.getField(field)));
    }
    return fields;
  }

  private static Object ofList(FieldDescriptor field, List<?> values) {
    if (!field.isMapField()) return values.stream().map(Read::ofValue).toList();
    Map<String, Object> entries = new LinkedHashMap<>();
    for (Object value : values) {
      Message entry = (Message) value;
      var type = entry.getDescriptorForType();
      entries.put(
          entry.getField(type.findFieldByName("key")).toString(),
          ofValue(entry.getField(type.findFieldByName("value"))));
    }
    return entries;
  }

  private static Object ofValue(Object value) {
    if (value instanceof Message message) return ofMessage(message);
    return value instanceof EnumValueDescriptor symbol ? symbol.getName() : value;
  }
}
