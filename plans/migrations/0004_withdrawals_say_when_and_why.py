from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0003_what_was_there_before")]
    operations = [
        migrations.AddConstraint(
            model_name='snapshot',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), _negated=True), models.Q(('withdrawn_at__isnull', False), models.Q(('withdrawn_why', ''), _negated=True)), _connector='OR'), name='snapshot_withdrawn_stamped'),
        ),
    ]
