import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.consul.serviceregistry.ConsulAutoRegistration;
import org.springframework.cloud.consul.serviceregistry.ConsulServiceRegistry;

/** A service with Spring Cloud Consul as it comes: registers itself, keeps its heartbeat, discovers others, and says what it saw. */
@EnableAutoConfiguration
public class Estate {
  public static void main(String[] words) throws Exception {
    String[] at = words[0].split(":");
    SpringApplication application = new SpringApplication(Estate.class);
    application.setDefaultProperties(
        Map.of(
            "spring.application.name", "orders",
            "spring.cloud.consul.host", at[0],
            "spring.cloud.consul.port", at[1],
            "spring.cloud.consul.discovery.hostname", "127.0.0.1",
            "spring.cloud.consul.discovery.heartbeat.enabled", "true",
            "spring.cloud.consul.discovery.metadata.team", "shop",
            "spring.cloud.consul.discovery.tags", "blue",
            "server.port", "0",
            "logging.level.root", "warn",
            "spring.main.banner-mode", "off"));
    var context = application.run();
    var discovery = context.getBean(DiscoveryClient.class);
    Map<String, Object> seen = new TreeMap<>();
    seen.put("services", until(() -> discovery.getServices().stream().sorted().toList(), found -> found.contains("payments")));
    seen.put("payments", places(until(() -> discovery.getInstances("payments"), found -> !found.isEmpty())));
    // Its own heartbeat makes it one who is passing.
    List<ServiceInstance> own = until(() -> discovery.getInstances("orders"), found -> !found.isEmpty());
    seen.put("own", own.get(0).getMetadata().get("team"));
    var registry = context.getBean(ConsulServiceRegistry.class);
    var registration = context.getBean(ConsulAutoRegistration.class);
    registry.setStatus(registration, "OUT_OF_SERVICE");
    seen.put("out", registry.getStatus(registration));
    registry.setStatus(registration, "UP");
    seen.put("in", registry.getStatus(registration));
    System.out.println(json(seen));
    System.out.flush();
    // Whoever looks from elsewhere has its turn until the input ends.
    while (System.in.read() >= 0) {}
    context.close();
    // Threads of its libraries would keep it.
    System.exit(0);
  }

  private interface Enough<Value> {
    boolean is(Value value);
  }

  private static <Value> Value until(Callable<Value> ask, Enough<Value> enough) throws Exception {
    Value last = ask.call();
    for (int tries = 0; tries < 100 && !enough.is(last); tries++) {
      Thread.sleep(100);
      last = ask.call();
    }
    return last;
  }

  private static List<String> places(List<ServiceInstance> instances) {
    return instances.stream().map(one -> one.getHost() + ":" + one.getPort()).sorted().toList();
  }

  private static String json(Map<String, Object> table) throws Exception {
    return new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(table);
  }
}
