package genesis.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

/**
 * Repeats the records of a file of JSON lines, at `rate` a second of each task (0: as fast as they go). They are read when the
 * task starts, so that generating them costs it nothing: what is measured is Kafka Connect.
 */
public final class RepeatingSource extends SourceConnector {
  private Map<String, String> config = Map.of();

  @Override
  public void start(Map<String, String> given) {
    config = given;
  }

  @Override
  public Class<? extends Task> taskClass() {
    return RepeatingTask.class;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int most) {
    List<Map<String, String>> tasks = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      Map<String, String> task = new HashMap<>(config);
      task.put("task", String.valueOf(i));
      tasks.add(task);
    }
    return tasks;
  }

  @Override
  public void stop() {}

  @Override
  public ConfigDef config() {
    return new ConfigDef()
        .define("file", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "JSON lines")
        .define("topic", ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "where to")
        .define("rate", ConfigDef.Type.INT, 0, ConfigDef.Importance.HIGH, "records a second, 0: unlimited");
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public ExactlyOnceSupport exactlyOnceSupport(Map<String, String> given) {
    return ExactlyOnceSupport.SUPPORTED;
  }

  public static final class RepeatingTask extends SourceTask {
    private static final int BATCH = 1000;
    private final List<Struct> records = new ArrayList<>();
    private Schema schema;
    private Map<String, String> partition;
    private String topic;
    private int rate;
    private long position;
    private long first;
    private long startedAt;

    @Override
    public String version() {
      return "1";
    }

    @Override
    public void start(Map<String, String> config) {
      topic = config.get("topic");
      rate = Integer.parseInt(config.getOrDefault("rate", "0"));
      partition = Map.of("task", config.get("task"));
      try {
        ObjectMapper json = new ObjectMapper();
        for (String line : Files.readAllLines(Path.of(config.get("file")))) records.add(struct(json.readTree(line)));
      } catch (java.io.IOException error) {
        throw new org.apache.kafka.connect.errors.ConnectException(error);
      }
      Map<String, Object> last = context.offsetStorageReader().offset(partition);
      position = last == null ? 0 : ((Number) last.get("position")).longValue();
      first = position;
      startedAt = System.nanoTime();
    }

    @Override
    public List<SourceRecord> poll() throws InterruptedException {
      int count = BATCH;
      if (rate > 0) {
        long due = first + (System.nanoTime() - startedAt) / 1000 * rate / 1_000_000;
        count = (int) Math.min(BATCH, due - position);
        if (count <= 0) {
          Thread.sleep(Math.max(1, 1000 / rate / 2));
          return null;
        }
      }
      List<SourceRecord> batch = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        Struct value = records.get((int) (position % records.size()));
        position++;
        Map<String, ?> offset = Collections.singletonMap("position", position);
        batch.add(new SourceRecord(partition, offset, topic, null, null, schema, value));
      }
      return batch;
    }

    @Override
    public void stop() {}

    private Struct struct(JsonNode line) {
      if (schema == null) {
        SchemaBuilder builder = SchemaBuilder.struct().name("record");
        line.fields().forEachRemaining(field -> builder.field(field.getKey(), typeOf(field.getValue())));
        schema = builder.build();
      }
      Struct struct = new Struct(schema);
      line.fields().forEachRemaining(field -> struct.put(field.getKey(), valueOf(field.getValue(), field.getKey())));
      return struct;
    }

    private static Schema typeOf(JsonNode value) {
      if (value.isBoolean()) return Schema.OPTIONAL_BOOLEAN_SCHEMA;
      if (value.isIntegralNumber()) return Schema.OPTIONAL_INT64_SCHEMA;
      if (value.isNumber()) return Schema.OPTIONAL_FLOAT64_SCHEMA;
      return Schema.OPTIONAL_STRING_SCHEMA;
    }

    private Object valueOf(JsonNode value, String name) {
      if (value.isNull()) return null;
      return switch (schema.field(name).schema().type()) {
        case BOOLEAN -> value.asBoolean();
        case INT64 -> value.asLong();
        case FLOAT64 -> value.asDouble();
        default -> value.asText();
      };
    }
  }
}
