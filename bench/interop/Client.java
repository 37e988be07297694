import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.sourcelab.kafka.connect.apiclient.Configuration;
import org.sourcelab.kafka.connect.apiclient.KafkaConnectClient;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorPluginConfigDefinition;
import org.sourcelab.kafka.connect.apiclient.request.dto.NewConnectorDefinition;

/** Every call of org.sourcelab:kafka-connect-client, each to the next of the workers: `java Client.java topic url…`. */
public final class Client {
  private static final String NAME = "sourcelab";
  private static KafkaConnectClient[] workers;
  private static int calls;

  public static void main(String[] args) throws Exception {
    workers = new KafkaConnectClient[args.length - 1];
    for (int i = 1; i < args.length; i++) workers[i - 1] = new KafkaConnectClient(new Configuration(args[i]));
    String plugin = "io.genesis.connect.GenesisSourceConnector";
    Map<String, String> config = new TreeMap<>();
    config.put("connector.class", plugin);
    config.put("model", "customers.json");
    config.put("topic", args[0]);
    config.put("value.format", "json");
    config.put("throughput.rate", "100");

    call("version", c -> c.getConnectServerVersion().getVersion(), "4.2.1"::equals);
    call("plugins", c -> c.getConnectorPlugins(), p -> p.stream().anyMatch(one -> one.getClassName().equals(plugin)));
    call(
        "validate",
        c -> c.validateConnectorPluginConfig(new ConnectorPluginConfigDefinition(plugin, named(config))),
        v -> v.getErrorCount() == 0 && !v.getConfigs().isEmpty());
    call("create", c -> c.addConnector(new NewConnectorDefinition(NAME, config)), d -> d.getName().equals(NAME));
    until("it runs", c -> c.getConnectorTaskStatus(NAME, 0).getState(), "RUNNING"::equals);
    call("names", c -> c.getConnectors(), names -> names.contains(NAME));
    call("states", c -> c.getConnectorsWithExpandedStatus().getAllStatuses(), all -> !all.isEmpty());
    call("infos", c -> c.getConnectorsWithExpandedInfo().getAllDefinitions(), all -> !all.isEmpty());
    call("both", c -> c.getConnectorsWithAllExpandedMetadata().getAllStatuses(), all -> !all.isEmpty());
    call("connector", c -> c.getConnector(NAME).getTasks(), tasks -> tasks.size() == 1);
    call("config", c -> new TreeMap<>(c.getConnectorConfig(NAME)), named(config)::equals);
    call("status", c -> c.getConnectorStatus(NAME).getConnector().get("state"), "RUNNING"::equals);
    call("tasks", c -> c.getConnectorTasks(NAME), tasks -> tasks.size() == 1);
    until("its topic", c -> c.getConnectorTopics(NAME).getTopics(), topics -> topics.contains(args[0]));
    call("reset topics", c -> c.resetConnectorTopics(NAME), done -> done);
    config.put("throughput.rate", "200");
    call("update", c -> c.updateConnectorConfig(NAME, config).getConfig().get("throughput.rate"), "200"::equals);
    call("pause", c -> c.pauseConnector(NAME), done -> done);
    until("it is paused", c -> c.getConnectorStatus(NAME).getConnector().get("state"), "PAUSED"::equals);
    call("resume", c -> c.resumeConnector(NAME), done -> done);
    until("it runs again", c -> c.getConnectorTaskStatus(NAME, 0).getState(), "RUNNING"::equals);
    call("restart", c -> c.restartConnector(NAME), done -> done);
    call("restart of a task", c -> c.restartConnectorTask(NAME, 0), done -> done);
    call("delete", c -> c.deleteConnector(NAME), done -> done);
    call("gone", c -> c.getConnectors(), names -> !names.contains(NAME));
    System.out.println(calls + " calls");
  }

  private static Map<String, String> named(Map<String, String> config) {
    Map<String, String> all = new TreeMap<>(config);
    all.put("name", NAME);
    return all;
  }

  private static <T> void call(String what, Function<KafkaConnectClient, T> ask, Predicate<T> isRight) {
    T answer = ask.apply(workers[calls++ % workers.length]);
    if (!isRight.test(answer)) throw new IllegalStateException(what + ": " + answer);
  }

  private static <T> void until(String what, Function<KafkaConnectClient, T> ask, Predicate<T> isRight)
      throws InterruptedException {
    calls++;
    for (int i = 0; i < 600; i++) {
      try {
        if (isRight.test(ask.apply(workers[i % workers.length]))) return;
      } catch (RuntimeException notYet) {
        // A task that is not there yet is a 404.
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException("never: " + what);
  }
}
